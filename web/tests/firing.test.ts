import {beforeEach, describe, expect, test, vi} from 'vitest';
import type {WireAlert} from '../src/api/types';

const location = {pathname: '/', search: ''};
const goTo = vi.fn((_state: unknown, _title: string, address: string) => {
  location.search = address.slice(1);
});
vi.stubGlobal('location', location);
vi.stubGlobal('history', {replaceState: goTo, pushState: goTo});
vi.stubGlobal('localStorage', {getItem: () => null, setItem: () => undefined});
vi.stubGlobal('navigator', {language: 'en'});

const {alerts} = await import('../src/api/live');
const {alertOf, split} = await import('../src/lib/alerts');
const {found, shownAt, sorted} = await import('../src/lib/firing');
const {change, written} = await import('../src/lib/url');

function wire(at: number): WireAlert {
  return {
    id: `${at}`, rule: 'R', labels: {alertname: `A${at % 7}`, severity: ['critical', 'minor', 'info'][at % 3] ?? '', rack: `r${at % 4}`}, annotations: {}, startsAt: '2026-11-30T00:00:00Z',
    endsAt: '', updatedAt: '', lastSeen: '', fingerprint: '', count: 1, reason: '', late: false, receivers: [],
    status: {state: at % 5 === 0 ? 'suppressed' : 'active', silencedBy: [], inhibitedBy: []}, ...(at % 4 === 1 ? {acknowledged: {by: 'kim', at: '', comment: ''} as never} : {}),
  };
}

const LIST = Array.from({length: 100}, (_, at) => alertOf(wire(at)));
const names = () => Array.from(found.value.places, (_, at) => shownAt(at)?.id);

describe('what is shown of what fires', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    change({q: undefined, sort: undefined, suppressed: undefined, acknowledged: undefined});
    alerts.value = LIST;
    goTo.mockClear();
  });
  test('what is typed sorts nothing again', () => {
    const before = sorted.value;
    change({q: 'rack="r1"'}, true);
    expect(names().length).toBe(20);
    change({suppressed: '1'});
    expect(names().length).toBe(25);
    expect(sorted.value).toBe(before);
    change({sort: 'alert'});
    expect(sorted.value).not.toBe(before);
  });
  test('a filter shows and counts what a walk over the list does', () => {
    change({q: 'severity="critical"', acknowledged: '0'}, true);
    const fits = sorted.value.filter((one) => one.severity === 'critical');
    expect(names()).toEqual(fits.filter((one) => one.state !== 'suppressed' && !one.acknowledged).map((one) => one.id));
    expect(found.value.suppressed).toBe(fits.filter((one) => one.state === 'suppressed').length);
    expect(found.value.acknowledged).toBe(fits.filter((one) => one.acknowledged).length);
    const severities = [...found.value.severities].reduce((sum, [, count]) => sum + count, 0);
    expect(severities).toBe(fits.filter((one) => one.state !== 'suppressed').length);
  });
  test('places beyond the list are nothing', () => {
    expect(split(LIST, Int32Array.of(3, 1000), {suppressed: true, acknowledged: true}).places).toEqual(Int32Array.of(3));
  });
  test('the browser gets the newest of the addresses that are typed, and a step gets it first', () => {
    for (const q of ['a', 'ab', 'abc']) change({q}, true);
    expect(goTo).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(goTo.mock.calls.map(([, , address]) => address)).toEqual(['/?q=abc']);
    change({q: 'abcd'}, true);
    change({id: '1'});
    written();
    expect(goTo.mock.calls.map(([, , address]) => address)).toEqual(['/?q=abc', '/?q=abcd', '/?q=abcd&id=1']);
  });
});
