import {describe, expect, test} from 'vitest';
import {labelsOf, reached, receiversOf, walk, type Route} from '../src/lib/routing';

const TREE: Route = {
  receiver: 'root',
  routes: [
    {receiver: 'night', matchers: ['severity="critical"'], continue: true},
    {receiver: 'fleet', matchers: ['rack=~"r1|r2"'], routes: [{receiver: 'npu', matchers: ['npu!=""', 'team!="x"']}, {receiver: 'log', matchers: ['severity="info"']}]},
    {receiver: 'rest', matchers: ['rack!=""']},
  ],
};

function of(text: string): string[] {
  return reached(walk(TREE, labelsOf(text) ?? {})).map((one) => one.receiver);
}

describe('routes', () => {
  test('each receiver once', () => expect(receiversOf({...TREE, routes: [...(TREE.routes ?? []), {receiver: 'npu'}]})).toEqual(['fleet', 'log', 'night', 'npu', 'rest', 'root']));
  test.each([
    ['', ['root']],
    ['severity=critical', ['night']],
    ['severity=critical, rack=r1', ['night', 'fleet']],
    ['rack=r2, npu=7, severity=info', ['npu']],
    ['rack=r2, npu=7, team=x', ['fleet']],
    ['rack=r3', ['rest']],
    ['rack=r11', ['rest']],
  ])('%s reaches %j', (text, want) => {
    expect(of(text)).toEqual(want);
  });
  test('why: the matcher that failed and what it saw; what was not tried', () => {
    const step = walk(TREE, {rack: 'r1'});
    expect(step.below.map((one) => one.outcome)).toEqual(['failed', 'reached', 'skipped']);
    expect(step.below[0]?.matchers).toEqual([{text: 'severity="critical"', fits: false, seen: ''}]);
    expect(step.below[1]?.below.map((one) => one.outcome)).toEqual(['failed', 'failed']);
  });
  test('labels are said with = alone', () => {
    expect(labelsOf('Down, rack=r1')).toEqual({alertname: 'Down', rack: 'r1'});
    expect(labelsOf('rack=~r1')).toBeUndefined();
    expect(labelsOf('rack="')).toBeUndefined();
  });
});
