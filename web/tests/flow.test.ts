import {expect, test} from 'vitest';
import {flowOf} from '../src/lib/flow';

const LEDGER = {
  events: {received: 521, accepted: 518, rejected: 1, duplicate: 2, unmatched: 0, processed: 500, pending: 18}, matched_no_rule: {events: 380, by_kind: {}},
  transitions: {fired: 187}, suppressed: {absorbed: 54, inhibited: 4}, notifications: {made: 10, delivered: 7, pending: 2, dead: 1, dropped: 0, lost: 0}, faults: [],
};

test('the parts of each step add up to it', () => {
  for (const step of flowOf(LEDGER)) {
    expect(step.rest, step.name).toBe(0);
    expect(step.parts.reduce((sum, one) => sum + one.count, 0), step.name).toBe(step.total);
  }
  expect(flowOf(LEDGER).map((one) => one.total)).toEqual([521, 518, 68, 10]);
});

test('what does not add up is said', () => {
  expect(flowOf({...LEDGER, notifications: {...LEDGER.notifications, delivered: 6}}).at(-1)?.rest).toBe(1);
});

test('each drop leads to what was dropped', () => {
  const parts = flowOf(LEDGER).flatMap((one) => one.parts);
  expect(parts.find((one) => one.name === 'absorbed')?.to).toEqual({view: 'history', params: {kind: 'suppressed', why: 'absorbed', since: '30d'}});
  expect(parts.find((one) => one.name === 'rejected')?.to).toEqual({view: 'events', params: {show: 'rejected'}});
});
