import {expect, test} from 'vitest';
import {ruleNames} from '../src/lib/playground';

test('names of rules in a file that is being edited', () => {
  expect(ruleNames('rules:\n  - alert: LinkDown\n    match: {type: [alert: no]}\n  - name: x\n    alert: "Fan Slow" # why\n  - {alert: \'Hot\', count: 2}\n  - alert: LinkDown\n  - alert:\n  # - alert: Old\n')).toEqual(['LinkDown', 'Fan Slow', 'Hot']);
});
