import {describe, expect, test} from 'vitest';
import type {WireAlert} from '../src/api/types';
import {alertOf, countBy, groupAlerts, labelValues, sortAlerts, suppressor} from '../src/lib/alerts';

function wire(id: string, labels: Record<string, string>, more: Partial<WireAlert> = {}): WireAlert {
  return {
    id, rule: 'R', labels, annotations: {}, startsAt: '2026-01-01T00:00:00Z', endsAt: '', updatedAt: '', lastSeen: '', fingerprint: '', count: 1, reason: '', late: false,
    receivers: [], status: {state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: []}, ...more,
  };
}
const ids = (list: readonly {id: string}[]) => list.map((one) => one.id).join('');

const LIST = [
  wire('a', {alertname: 'X', severity: 'minor', rack: 'r10'}),
  wire('b', {alertname: 'Y', severity: 'critical', rack: 'r2'}, {acknowledged: {by: 'kim', comment: '', at: ''}}),
  wire('c', {alertname: 'X', severity: 'critical', rack: 'r2'}, {count: 9}),
  wire('d', {alertname: 'Z', severity: 'page', rack: 'r1'}, {startsAt: '2026-01-02T00:00:00Z'}),
  wire('e', {alertname: 'Z', severity: 'odd'}),
  wire('f', {alertname: 'Q', severity: 'critical'}, {status: {state: 'suppressed', silencedBy: ['s'], inhibitedBy: [], mutedBy: []}}),
].map(alertOf);

describe('alerts', () => {
  test('worst first: severity, then what nobody takes care of, then the newest', () => {
    expect(ids(sortAlerts(LIST, {column: 'severity', down: false}))).toBe('dcbfae');
    expect(ids(sortAlerts(LIST, {column: 'severity', down: true}))).toBe('eadcbf');
  });

  test('by other columns, numbers in values as numbers', () => {
    expect(ids(sortAlerts(LIST, {column: 'count', down: false}))).toBe('cdbfae');
    expect(ids(sortAlerts(LIST, {column: 'rack', down: false}))).toBe('fedcba');
    expect(ids(sortAlerts(LIST, {column: 'since', down: false}))).toBe('dcbfae');
  });

  test('sorting does not depend on the order in which they came', () => {
    const once = ids(sortAlerts(LIST, {column: 'alert', down: false}));
    expect(ids(sortAlerts([...LIST].reverse(), {column: 'alert', down: false}))).toBe(once);
  });

  test('groups: the one with the worst first, then the largest', () => {
    const groups = groupAlerts(LIST, ['alertname']);
    expect(groups.map((one) => `${one.labels.map(([, value]) => value).join()}:${ids(one.alerts)}`)).toEqual(['X:ac', 'Z:de', 'Q:f', 'Y:b']);
    expect(groupAlerts(LIST, ['rack', 'alertname'])).toHaveLength(6);
  });

  test('counts and values', () => {
    expect(countBy(LIST, (one) => one.severity)).toEqual([['critical', 3], ['minor', 1], ['odd', 1], ['page', 1]]);
    expect(countBy(LIST, (one) => one.labels.rack, 1)).toEqual([['r2', 2]]);
    const many = Array.from({length: 3000}, (_, at) => alertOf(wire(`${at}`, {server: `s${at % 2000}`})));
    expect(countBy(many, (one) => one.labels.server, 3)).toEqual(countBy(many, (one) => one.labels.server).slice(0, 3));
    expect([...labelValues(LIST).keys()]).toEqual(['alertname', 'rack', 'severity']);
    expect(labelValues(LIST).get('rack')).toEqual(['r1', 'r2', 'r10']);
  });

  test('what suppresses it', () => {
    const of = (more: Partial<WireAlert>) => suppressor(wire('x', {}, more));
    expect(of({status: {state: 'suppressed', silencedBy: ['s'], inhibitedBy: ['i'], mutedBy: []}})).toBe('silenced');
    expect(of({status: {state: 'suppressed', silencedBy: [], inhibitedBy: ['i'], mutedBy: []}, absorbedBy: [{id: '1', rule: 'r', key: ''}]})).toBe('absorbed');
    expect(of({status: {state: 'suppressed', silencedBy: [], inhibitedBy: ['i'], mutedBy: []}})).toBe('inhibited');
    expect(of({status: {state: 'suppressed', silencedBy: [], inhibitedBy: [], mutedBy: ['m']}})).toBe('muted');
    expect(of({})).toBe('');
  });

  test('an alert without anything is shown all the same', () => {
    const bare = alertOf(wire('z', {}));
    expect([bare.name, bare.severity, bare.summary]).toEqual(['R', '', '']);
  });
});
