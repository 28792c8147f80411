import {describe, expect, test} from 'vitest';
import {visibleRows} from '../src/lib/rows';
import {rank, tone} from '../src/lib/severity';
import {draft, fromWire, lengthOf, toWire} from '../src/lib/silence';
import {en} from '../src/lib/texts-en';
import {zh} from '../src/lib/texts-zh';
import {durationText, parseDuration, shortTime, timeText} from '../src/lib/time';

describe('time', () => {
  test.each([[0, '0s'], [999, '0s'], [1000, '1s'], [61_000, '1m 1s'], [3_600_000, '1h'], [90_061_000, '1d 1h'], [86_400_000 + 60_000, '1d']])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
  test.each([['30m', 1_800_000], ['1h30m', 5_400_000], ['1h 30m', 5_400_000], ['1.5h', 5_400_000], ['1w', 604_800_000], ['2d', 172_800_000]])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
  test.each(['', 'x', '30', '-1h', '0s', '1y', '1h x', 'h'])('"%s" is no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
  test('times in UTC say so, and of today there is the time alone', () => {
    const at = Date.parse('2026-11-30T20:36:55.631Z');
    expect(timeText(at, true)).toBe('2026-11-30 20:36:55Z');
    expect(timeText(NaN, true)).toBe('');
    expect(shortTime(at, true, at + 1000)).toBe('20:36:55Z');
    expect(shortTime(at, true, at + 86_400_000)).toBe('11-30 20:36Z');
  });
});

describe('rows', () => {
  test('only those that are seen, and what is left out keeps its height', () => {
    expect(visibleRows(20_000, 30, 30_000, 600, 10)).toEqual({first: 990, last: 1030, before: 29_700, after: 569_100});
    expect(visibleRows(3, 30, 0, 600)).toEqual({first: 0, last: 3, before: 0, after: 0});
    expect(visibleRows(0, 30, 900, 600)).toEqual({first: 0, last: 0, before: 0, after: 0});
    expect(visibleRows(10, 30, 1e9, 600).last).toBe(10);
  });
});

describe('severity', () => {
  test('words of others are drawn as ours, and unknown ones come last', () => {
    expect(['critical', 'Major', 'minor', 'warning', 'info', 'page', 'error', 'gibberish', ''].map(rank)).toEqual([0, 1, 2, 3, 4, 0, 1, 5, 5]);
    expect(tone('<b>')).toBe('none');
  });
});

describe('silence', () => {
  const matchers = [{name: 'a', op: '!~' as const, value: 'x|y'}, {name: 'b', op: '=' as const, value: ''}, {name: 'c', op: '=~' as const, value: '.'}, {name: 'd', op: '!=' as const, value: 'e'}];
  test('matchers go to the daemon and come back', () => {
    expect(fromWire(toWire(matchers))).toEqual(matchers);
  });
  test('a draft begins now', () => {
    expect(draft(matchers, 3_600_000, 'kim', 'why', 0)).toMatchObject({startsAt: '1970-01-01T00:00:00.000Z', endsAt: '1970-01-01T01:00:00.000Z', createdBy: 'kim'});
  });
  test('what is still to come of it, or its length', () => {
    const one = {...draft(matchers, 7_200_000, 'kim', '', 0), id: 's', status: {state: 'active' as const}, updatedAt: ''};
    expect(lengthOf(one, 3_600_000)).toBe(3_600_000);
    expect(lengthOf(one, 9_000_000)).toBe(7_200_000);
    expect(lengthOf(one, -1)).toBe(7_200_000);
  });
});

describe('texts', () => {
  test('every English text has a Chinese one with the same places', () => {
    const places = (text: string) => (text.match(/\{\d\}/g) ?? []).sort().join();
    for (const [key, text] of Object.entries(en)) {
      const other = (zh as Record<string, string>)[key];
      expect(other, key).toBeTruthy();
      expect(places(other ?? ''), key).toBe(places(text));
    }
  });
});
