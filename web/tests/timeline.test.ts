import {describe, expect, test} from 'vitest';
import type {HistoryEntry} from '../src/api/types';
import {addEntries, barsAt, fitted, hidden, lanesOf, pathOf, pixelsOf, runs, spanText, storm, ticks, zoomed, type Bars} from '../src/lib/timeline';
import {parseDuration} from '../src/lib/time';

const HOUR = 3_600_000;
const T = Date.parse('2026-12-01T00:00:00Z');

function entry(id: string, from: number, to: number | null, offset: number, labels: Record<string, string> = {}, reason = ''): HistoryEntry {
  return {
    at: new Date(to ?? from).toISOString(), offset, alert: id, kind: to === null ? 'fired' : 'resolved',
    after: {
      id, rule: 'R', key: 'k', labels: {alertname: 'A', severity: 'minor', ...labels}, annotations: {}, severity: 'minor', state: to === null ? 'firing' : 'resolved', reason,
      count: 1, starts_at: new Date(from).toISOString(), last_seen: null, ends_at: to === null ? null : new Date(to).toISOString(),
    },
  };
}

function bars(...entries: HistoryEntry[]): Bars {
  const out: Bars = new Map();
  addEntries(out, entries);
  return out;
}

describe('bars', () => {
  test('of one alert the newest transition counts, in whatever order they come', () => {
    const fired = entry('a', T, null, 1);
    const ended = entry('a', T, T + HOUR, 5);
    for (const order of [[fired, ended], [ended, fired]]) expect(bars(...order).get('a')?.to).toBe(T + HOUR);
    const known = bars(ended);
    expect(addEntries(known, [fired])).toBe(false);
    expect(bars(fired).get('a')?.to).toBe(Infinity);
  });
});

describe('lanes', () => {
  const all = bars(
    entry('a', T, T + HOUR, 1, {rack: 'r10', severity: 'critical'}), entry('b', T, null, 2, {rack: 'r2'}), entry('c', T, T + HOUR, 3, {rack: 'r9'}),
    entry('d', T - 9 * HOUR, T - 8 * HOUR, 4, {rack: 'old'}), entry('e', T, T, 5));
  test('a row a value, what fires now first; what is outside the window is not there', () => {
    expect(lanesOf(all.values(), 'rack', T - HOUR, T + HOUR).map((one) => one.name)).toEqual(['r2', 'r10', '', 'r9']);
    expect(lanesOf(all.values(), 'rack', T - HOUR, T + HOUR, true).map((one) => one.name)).toEqual(['', 'r2', 'r9', 'r10']);
    expect(lanesOf(all.values(), 'alertname', T - HOUR, T + HOUR).map((one) => one.bars.length)).toEqual([4]);
  });
});

describe('runs', () => {
  const list = [...bars(entry('a', T, T + HOUR, 1), entry('b', T + HOUR / 2, T + HOUR, 2, {severity: 'critical'}), entry('c', T + 3 * HOUR, null, 3)).values()];
  test('the worst at each pixel; what fires ends now', () => {
    expect(runs(list, T, T + 4 * HOUR, 400, T + 3.5 * HOUR)).toEqual([{x: 0, width: 50, tone: 2}, {x: 50, width: 50, tone: 0}, {x: 300, width: 50, tone: 2}]);
  });
  test('nothing is too short to be seen, also at the edges', () => {
    expect(pixelsOf(T, T, T, T + HOUR, 100)).toEqual([0, 2]);
    expect(pixelsOf(T + HOUR, T + HOUR, T, T + HOUR, 100)).toEqual([98, 100]);
    expect(runs([...bars(entry('x', T, T, 1)).values()], T - HOUR, T + HOUR, 100, T)[0]).toEqual({x: 50, width: 2, tone: 2});
  });
  test('as a path', () => expect(pathOf([{x: 1, width: 2, tone: 0}, {x: 5, width: 1, tone: 0}], 3, 4)).toBe('M1 3h2v4h-2zM5 3h1v4h-1z'));
  test('a silence shows where it hid something', () => {
    const spells = [{from: T + HOUR / 2, to: T + 2 * HOUR, fits: () => true}, {from: T, to: T + HOUR, fits: () => false}];
    expect(hidden(list, spells, T, T + 4 * HOUR, 400, T + 4 * HOUR)).toEqual([{x: 50, width: 50, tone: 0}]);
  });
  test('what is at a moment, worst first', () => {
    expect(barsAt(list, T + 0.9 * HOUR, 0).map((one) => one.id)).toEqual(['b', 'a']);
    expect(barsAt(list, T + 2 * HOUR, 0)).toEqual([]);
    expect(barsAt(list, T + 2 * HOUR, HOUR).map((one) => one.id)).toEqual(['b', 'c', 'a']);
  });
});

test('a storm: how many began in each part', () => {
  const all = bars(entry('a', T, null, 1), entry('b', T + 1, null, 2), entry('c', T + HOUR - 1, null, 3, {severity: 'critical'}), entry('d', T + HOUR, null, 4), entry('e', T - 1, null, 5));
  expect(storm(all.values(), T, T + HOUR, 2)).toEqual([[0, 0, 2, 0, 0, 0], [1, 0, 0, 0, 0, 0]]);
});

test('the axis has its marks at whole hours of the zone', () => {
  expect(ticks(T + 60_000, T + 3 * HOUR, 6)).toEqual([T + HOUR, T + 2 * HOUR, T + 3 * HOUR]);
  expect(ticks(T, T + 3 * 24 * HOUR, 4, HOUR).map((at) => new Date(at).toISOString())[0]).toBe('2026-12-01T23:00:00.000Z');
  expect(ticks(T, T + 365 * 24 * HOUR, 4).length).toBeLessThan(14);
});

describe('the window', () => {
  test('stays between the oldest that is known and now', () => {
    const now = T;
    expect(fitted({from: T, to: T + HOUR}, now).to).toBe(now + HOUR * 0.02);
    expect(fitted({from: T - 40 * 24 * HOUR, to: T - 40 * 24 * HOUR + HOUR}, now).from).toBe(T - 30 * 24 * HOUR);
    expect(fitted({from: T - HOUR, to: T}, now)).toEqual({from: T - HOUR, to: T});
  });
  test('zooming keeps what is under the pointer', () => {
    const next = zoomed({from: T - 4 * HOUR, to: T}, 0.5, T - 3 * HOUR, T + 9 * HOUR);
    expect(next).toEqual({from: T - 3.5 * HOUR, to: T - 1.5 * HOUR});
    expect(zoomed({from: T - 60_000, to: T}, 0.1, T, T).to - zoomed({from: T - 60_000, to: T}, 0.1, T, T).from).toBe(60_000);
  });
  test.each([[6 * HOUR, '6h'], [90 * 60_000, '90m'], [61_000, '61s'], [2 * 24 * HOUR, '2d']])('%d is %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
    expect(parseDuration(text)).toBe(ms);
  });
});
