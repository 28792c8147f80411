import {describe, expect, test} from 'vitest';
import {lifecycleOf, type LifecycleEntry} from '../src/lib/lifecycle';

const at = (minute: number) => `2026-12-01T00:${String(minute).padStart(2, '0')}:00Z`;
const ms = (minute: number) => Date.parse(at(minute));
const entry = (minute: number, kind: LifecycleEntry['kind'], more: Partial<LifecycleEntry> = {}): LifecycleEntry => ({at: at(minute), offset: minute, kind, ...more});
const short = (list: readonly LifecycleEntry[]) => {
  const {moments, gaps} = lifecycleOf(list);
  return {moments: moments.map((one) => `${(one.at - ms(0)) / 60_000} ${one.kind}`), gaps: gaps.map((one) => [(one.from - ms(0)) / 60_000, (one.to - ms(0)) / 60_000, one.died])};
};

describe('what happened to the bridge', () => {
  test('the first start of all has no gap before it', () => {
    expect(short([entry(1, 'started', {before: 'nothing'})])).toEqual({moments: ['1 start'], gaps: []});
  });
  test('a gap begins with the stop, not with the last record; newest first as it is sent', () => {
    const list = [entry(9, 'started', {before: 'stopped', last_record: at(3), gap_seconds: 360}), entry(5, 'stopped'), entry(4, 'reloaded', {generation: 'abc'}), entry(1, 'started', {before: 'nothing'})];
    expect(short(list)).toEqual({moments: ['1 start', '4 reload', '5 stop', '9 start'], gaps: [[5, 9, false]]});
  });
  test('it died some time after its last record', () => {
    expect(short([entry(9, 'started', {before: 'died', last_record: at(3)}), entry(1, 'started', {before: 'nothing'})])).toEqual({moments: ['1 start', '3 death', '9 start'], gaps: [[3, 9, true]]});
  });
  test('a stop that was not read, and a run of which nothing is known', () => {
    expect(short([entry(9, 'started', {before: 'stopped', last_record: at(3)})]).gaps).toEqual([[3, 9, false]]);
    expect(short([entry(9, 'started', {before: 'unknown', last_record: at(4)})])).toEqual({moments: ['9 start'], gaps: [[4, 9, false]]});
    expect(short([entry(9, 'started', {before: 'unknown'})]).gaps).toEqual([]);
  });
  test('a stop counts for the next start alone', () => {
    const list = [entry(9, 'started', {before: 'died', last_record: at(8)}), entry(6, 'started', {before: 'stopped', last_record: at(4)}), entry(5, 'stopped')];
    expect(short(list).gaps).toEqual([[5, 6, false], [8, 9, true]]);
  });
});
