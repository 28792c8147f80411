import {describe, expect, test} from 'vitest';
import {complete, matchersFor, matchersText, parseMatchers, tester} from '../src/lib/matchers';

function fits(text: string, labels: Record<string, string>): boolean {
  return tester(parseMatchers(text))(labels);
}
function round(text: string): string {
  return matchersText(parseMatchers(text));
}

describe('matchers', () => {
  test.each([
    ['severity=critical', 'severity="critical"'],
    ['{severity="critical", team!="npu"}', 'severity="critical", team!="npu"'],
    ['rack=~"r1|r2" severity!~info', 'rack=~"r1|r2", severity!~"info"'],
    ['LinkDown', 'alertname="LinkDown"'],
    ['"a b"="c"', '"a b"="c"'],
    ['a="say \\"x\\" \\\\ y\\nz"', 'a="say \\"x\\" \\\\ y\\nz"'],
    ['a=', 'a=""'],
    ['a = b , c= "d"', 'a="b", c="d"'],
    ['', ''],
    ['机架="一"', '"机架"="一"'],
  ])('%s is %s', (text, want) => {
    expect(round(text)).toBe(want);
    expect(round(round(text))).toBe(want);
  });

  test.each(['a="b', '="b"', 'a=~"("', 'a="b" =', "a='b'"])('%s is none', (text) => {
    expect(() => parseMatchers(text)).toThrow();
  });

  test('a label that is missing counts as the empty text', () => {
    expect(fits('team=""', {})).toBe(true);
    expect(fits('team!=npu', {})).toBe(true);
    expect(fits('team=npu', {})).toBe(false);
    expect(fits('team=~".+"', {})).toBe(false);
  });

  test('an expression fits the whole value', () => {
    expect(fits('subject=~"bms-1"', {subject: 'bms-12'})).toBe(false);
    expect(fits('subject=~"bms-1.*"', {subject: 'bms-12'})).toBe(true);
    expect(fits('subject=~"a|bms-12"', {subject: 'bms-12'})).toBe(true);
    expect(fits('subject!~"bms.*"', {subject: 'bms-12'})).toBe(false);
    expect(fits('subject=~"(?i)BMS.*"', {subject: 'bms-12'})).toBe(true);
  });

  test('all must fit', () => {
    expect(fits('a=1, b=2', {a: '1', b: '2'})).toBe(true);
    expect(fits('a=1, b=2', {a: '1'})).toBe(false);
  });
});

describe('matchersFor', () => {
  test('asks for what all have alike, and for the values that differ', () => {
    const sets = [{alertname: 'A', server: 's.1', rack: 'r'}, {alertname: 'A', server: 's2', rack: 'r'}];
    expect(matchersText(matchersFor(sets))).toBe('alertname="A", rack="r", server=~"s\\\\.1|s2"');
    expect(sets.every(tester(matchersFor(sets)))).toBe(true);
    expect(tester(matchersFor(sets))({alertname: 'A', server: 'sx1', rack: 'r'})).toBe(false);
  });

  test('asks for no label that one of them lacks', () => {
    expect(matchersText(matchersFor([{alertname: 'A', npu: '1'}, {alertname: 'A'}]))).toBe('alertname="A"');
  });

  test('fits values with all that an expression reads', () => {
    const sets = ['a|b', 'c(d', 'e[f]', 'g\\h', 'i"j', 'k{2}', '^$?*+'].map((server) => ({server}));
    expect(sets.every(tester(parseMatchers(matchersText(matchersFor(sets)))))).toBe(true);
  });
});

describe('complete', () => {
  const values = new Map([['alertname', ['LinkDown', 'LinkLost']], ['rack', ['r1', 'r 2', 'q"3']], ['a b', ['x']]]);
  const at = (text: string) => complete(text, text.length, values);

  test('names, then values', () => {
    expect(at('').options).toEqual(['alertname=', '"a b"=', 'rack=']);
    expect(at('ra')).toEqual({from: 0, options: ['rack=']});
    expect(at('rack=')).toEqual({from: 5, options: ['"r1"', '"r 2"', '"q\\"3"']});
    expect(at('rack="r')).toEqual({from: 5, options: ['"r1"', '"r 2"']});
    expect(at('rack="r1", al')).toEqual({from: 11, options: ['alertname=']});
    expect(at('rack="r1", alertname=~"LinkL')).toEqual({from: 22, options: ['"LinkLost"']});
    expect(at('unknown=').options).toEqual([]);
  });
});
