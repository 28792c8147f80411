import {describe, expect, test} from 'vitest';
import {eventTester, fieldsOf, nearest, sortVerdicts, type Failed, type Verdict, type WireEvent} from '../src/lib/events';

function event(more: Partial<WireEvent> = {}): WireEvent {
  return {offset: 1, arrived: '2026-12-01T00:00:00Z', id: 'e1', source: 'SYS.BMS', type: 'linkDown', subject: 'bms-1', format: 'cloudevents', sender: '127.0.0.1', rules: [], ...more};
}
const failed = (path: string): Failed => ({path, expected: '"x"', seen: ['"y"'], place: 'a.yaml:1:1'});
const missed = (alert: string, ...paths: string[]): Verdict => ({alert, verdict: 'none', match: {fits: false, failed: paths.map(failed)}});

describe('filter', () => {
  const fits = (text: string, more: Partial<WireEvent> = {}) => eventTester(text)?.(event(more));
  test('fields, and what is within the data', () => {
    expect(fits('type=linkDown, source=~"SYS.*"')).toBe(true);
    expect(fits('type=other')).toBe(false);
    expect(fits('data.rack.name=r1', {data: {rack: {name: 'r1'}, n: 3}})).toBe(true);
    expect(fits('data.n=3', {data: {n: 3}})).toBe(true);
    expect(fits('rule=A', {rules: ['A']})).toBe(true);
    expect(fits('severity=""')).toBe(true);
  });
  test('a bare word is looked for everywhere, in any case', () => {
    expect(fits('BMS-1')).toBe(true);
    expect(fits('fan, linkDown', {data: {note: 'the FAN stands'}})).toBe(true);
    expect(fits('fan')).toBe(false);
  });
  test('one of the rules of an event is enough, and none of them may be what is excluded', () => {
    const rules = ['A', 'B'];
    expect([fits('rule=B', {rules}), fits('rule=C', {rules}), fits('rule!=B', {rules}), fits('rule!=C', {rules}), fits('rule=""'), fits('rule=""', {rules})]).toEqual([true, false, false, true, true, false]);
  });
  test('the first text is the daemon\'s to look for, others with capitals in source, type, subject or data', () => {
    expect([fits('contains=Nowhere'), fits('contains=x, contains=bms'), fits('contains=x, contains=BMS-1'), fits('contains=x, contains=fan', {data: {note: 'fan'}})]).toEqual([true, true, false, true]);
  });
  test('half of a matcher is no filter', () => expect(eventTester('a="b')).toBeUndefined());
  test('data that is deep ends', () => {
    let data: unknown = 1;
    for (let i = 0; i < 100; i++) data = {a: data};
    expect(Object.keys(fieldsOf(event({data}))).length).toBeLessThan(12);
  });
});

describe('verdicts', () => {
  test('what matched, then the nearest', () => {
    const yes: Verdict = {alert: 'Y', verdict: 'matches', match: {fits: true, failed: []}};
    const list = [missed('far', 'source', 'type', 'subject'), missed('kind', 'type'), missed('value', 'data.rack'), missed('blind'), yes];
    const {matched, near, others} = sortVerdicts(list);
    expect([matched, near, others].map((each) => each.map((one) => one.alert))).toEqual([['Y'], ['value', 'kind', 'far'], ['blind']]);
  });
  test('the part of a rule that came nearest', () => {
    const rule: Verdict = {...missed('r', 'a', 'b'), until: {fits: false, failed: [failed('c')]}, steps: [{fits: true, failed: []}]};
    expect(nearest(rule)).toMatchObject({part: 'until', test: {failed: [{path: 'c'}]}});
    expect(nearest({alert: 'x', verdict: 'none'})).toBeUndefined();
  });
});
