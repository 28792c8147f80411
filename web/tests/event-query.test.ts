import {describe, expect, test} from 'vitest';
import {serverQuery} from '../src/lib/event-query';

describe('what the daemon looks for', () => {
  test.each([
    ['', '', ''],
    ['', 'unmatched', 'unmatched=true'],
    ['', 'matched', ''],
    ['type=linkDown, subject="a b"', '', 'type=linkDown&subject=a+b'],
    ['type=linkDown, type=other', '', 'type=linkDown'],
    ['source=~"SYS.*"', '', 'source=SYS*'],
    ['source=~"SYS\\\\.BMS.*"', '', 'source=SYS.BMS*'],
    ['rule=LinkDown, contains=r1', '', 'rule=LinkDown&contains=r1'],
    ['bms', '', ''],
    ['type="half', 'unmatched', 'unmatched=true'],
  ])('%s (%s)', (text, show, want) => expect(serverQuery(text, show)).toBe(want));
  // What would take less than the filter does, or means something else there.
  test.each(['type=""', 'type!=a', 'type="a*"', 'type=~"a|b"', 'type=~"a(b.*"', 'type=~".*"', 'rule=~"A.*"', 'data.rack=r1', 'severity=major', 'contains!=a', 'contains=~"a.*"'])('%s is left to the page', (text) => expect(serverQuery(text, '')).toBe(''));
});
