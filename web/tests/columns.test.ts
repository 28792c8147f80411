import {describe, expect, test} from 'vitest';
import type {WireAlert} from '../src/api/types';
import {alertOf, countBy} from '../src/lib/alerts';
import {Columns} from '../src/lib/columns';
import {parseMatchers, tester} from '../src/lib/matchers';

const LIST = Array.from({length: 500}, (_, at) => alertOf({
  id: `${at}`, rule: 'R', labels: {alertname: `A${at % 7}`, severity: ['critical', 'minor', 'info'][at % 3] ?? '', ...(at % 5 ? {rack: `r${at % 11}`} : {}), server: `s${at}`},
  annotations: {}, startsAt: '', endsAt: '', updatedAt: '', lastSeen: '', fingerprint: '', count: 1, reason: '', late: false, receivers: [], status: {state: 'active', silencedBy: [], inhibitedBy: []},
} satisfies WireAlert));
const columns = new Columns(LIST);

describe('columns', () => {
  test.each(['', 'A3', 'rack=""', 'rack!=""', 'rack=~"r1|r2", severity!=info', 'server=~"s1.*"', 'nobody=x', 'nobody=""', 'rack!~"r.*"'])('"%s" fits the same as one by one', (text) => {
    const matchers = parseMatchers(text);
    const fits = tester(matchers);
    expect([...columns.fitting(matchers)].map((at) => LIST[at])).toEqual(LIST.filter((one) => fits(one.labels)));
  });
  test.each(['rack', 'severity', 'alertname', 'server', 'nobody'])('counts of %s are those of the list', (name) => {
    const places = columns.fitting(parseMatchers('severity!=info'));
    expect(columns.counts(places, name, 4)).toEqual(countBy([...places].map((at) => LIST[at]).filter((one) => one !== undefined), (one) => one.labels[name], 4));
  });
});
