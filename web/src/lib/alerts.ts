// What fires, as the page holds it: filtered, sorted, counted, grouped.
import type {WireAlert} from '../api/types';
import {nameFirst, type Labels} from './matchers';
import {rank} from './severity';

export type State = 'active' | 'suppressed' | 'resolved';

export interface Alert {
  id: string;
  name: string;
  severity: string;
  rank: number;
  state: State;
  acknowledged: boolean;
  since: number;
  summary: string;
  labels: Labels;
  wire: WireAlert;
}

function stateOf(state: string): State {
  return state === 'suppressed' || state === 'resolved' ? state : 'active';
}

export function alertOf(wire: WireAlert): Alert {
  const severity = wire.labels.severity ?? '';
  return {
    id: wire.id,
    name: wire.labels.alertname ?? wire.rule,
    severity,
    rank: rank(severity),
    state: stateOf(wire.status.state),
    acknowledged: wire.acknowledged !== undefined,
    since: Date.parse(wire.startsAt),
    summary: wire.annotations.summary ?? wire.annotations.description ?? '',
    labels: wire.labels,
    wire,
  };
}

/** What suppresses it, in one word: `silenced`, `inhibited`, `muted`, `absorbed`, `waiting`. */
export function suppressor(wire: WireAlert): string {
  if (wire.status.silencedBy.length > 0) return 'silenced';
  if (wire.absorbedBy && wire.absorbedBy.length > 0) return 'absorbed';
  if (wire.status.inhibitedBy.length > 0) return 'inhibited';
  if (wire.status.mutedBy && wire.status.mutedBy.length > 0) return 'muted';
  return wire.waitingFor && wire.waitingFor.length > 0 ? 'waiting' : '';
}

/** What its state says in one word: `suppressed` by what, `acknowledged`, `no_integration` where a receiver of it notifies nobody; empty for one that just fires. */
export function stateWord(alert: Alert): string {
  if (alert.state === 'suppressed') return suppressor(alert.wire) || 'suppressed';
  if (alert.acknowledged) return 'acknowledged';
  return alert.state === 'active' && (alert.wire.status.noIntegration ?? []).length > 0 ? 'no_integration' : '';
}

export interface Sort {column: string; down: boolean}

function text(alert: Alert, column: string): string {
  if (column === 'alert') return alert.name;
  if (column === 'summary') return alert.summary;
  if (column === 'state') return stateWord(alert) || alert.state;
  return alert.labels[column] ?? '';
}

const collator = new Intl.Collator('en', {numeric: true});

// Each text is compared once with the others, not each alert: many alerts have few names.
function placesOf(list: readonly Alert[], column: string): Map<string, number> {
  const texts = [...new Set(list.map((one) => text(one, column)))].sort((a, b) => collator.compare(a, b));
  return new Map(texts.map((one, at) => [one, at]));
}

// The worst first; what nobody takes care of stands above what somebody has acknowledged.
function weight(one: Alert): number {
  return one.rank * 4 + Number(one.state !== 'active') * 2 + Number(one.acknowledged);
}

/** Equal ones stand worst first, and the same at each load. What is compared is made once for each alert. */
export function sortAlerts(list: readonly Alert[], {column, down}: Sort): Alert[] {
  const sign = down ? -1 : 1;
  const numbers: Record<string, (one: Alert) => number> = {severity: (one) => one.rank, since: (one) => -one.since, count: (one) => -one.wire.count};
  const places = numbers[column] ? new Map<string, number>() : placesOf(list, column);
  const value = numbers[column] ?? ((one: Alert) => places.get(text(one, column)) ?? 0);
  const first = Float64Array.from(list, (one) => sign * value(one));
  const second = Uint8Array.from(list, weight);
  const third = Float64Array.from(list, (one) => -one.since);
  const order = Uint32Array.from(list, (_, at) => at);
  order.sort((a, b) =>
    (first[a] ?? 0) - (first[b] ?? 0) || (second[a] ?? 0) - (second[b] ?? 0) || (third[a] ?? 0) - (third[b] ?? 0) || ((list[a]?.id ?? '') < (list[b]?.id ?? '') ? -1 : 1));
  return Array.from(order, (at) => list[at]).filter((one) => one !== undefined);
}

export interface Split {
  /** Places in the list of what is shown, in order. */
  places: Int32Array;
  suppressed: number;
  acknowledged: number;
  /** How many there are of each severity, without what is suppressed. */
  severities: Map<string, number>;
}

/** Of what fits a filter what is shown, and what is counted: in one pass. */
export function split(list: readonly Alert[], fitting: Int32Array, wanted: {suppressed: boolean; acknowledged: boolean}): Split {
  const places = new Int32Array(fitting.length);
  const severities = new Map<string, number>();
  let count = 0;
  let suppressed = 0;
  let acknowledged = 0;
  for (const at of fitting) {
    const one = list[at];
    if (!one) continue;
    if (one.acknowledged) acknowledged++;
    if (one.state === 'suppressed') suppressed++;
    else severities.set(one.severity, (severities.get(one.severity) ?? 0) + 1);
    if ((wanted.suppressed || one.state !== 'suppressed') && (wanted.acknowledged || !one.acknowledged)) places[count++] = at;
  }
  return {places: places.subarray(0, count), suppressed, acknowledged, severities};
}

/** How many there are of each value, the most first. `most`: of so many values. */
export function countBy(list: readonly Alert[], value: (alert: Alert) => string | undefined, most = Infinity): [string, number][] {
  const counts = new Map<string, number>();
  for (const one of list) {
    const said = value(one);
    if (said !== undefined) counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  const first = (a: [string, number], b: [string, number]) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
  if (counts.size <= 1000 || most === Infinity) return [...counts].sort(first).slice(0, most);
  const out: [string, number][] = [];
  for (const one of counts) {
    const last = out[most - 1];
    if (last && first(one, last) > 0) continue;
    out.push(one);
    out.sort(first).splice(most);
  }
  return out;
}

export interface Group {key: string; labels: [string, string][]; alerts: Alert[]; worst: number}

const LARGEST = (a: Group, b: Group) => a.worst - b.worst || b.alerts.length - a.alerts.length || (a.key < b.key ? -1 : 1);

/** Groups as people are notified of them: by receiver, and by the labels that its route groups by. */
export function groupRouted(list: readonly Alert[], routesOf: (labels: Labels) => readonly {receiver: string; group_by?: string[]}[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of list) {
    for (const {receiver, group_by: by = []} of routesOf(one.labels)) {
      const alone = by.includes('...');
      const labels: [string, string][] = alone ? [['alertname', one.name], ['id', one.id]] : by.filter((name) => one.labels[name] !== undefined).map((name) => [name, one.labels[name] ?? '']);
      const key = JSON.stringify([receiver, labels]);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = {key, labels: [['→', receiver], ...labels], alerts: [], worst: one.rank}));
      group.alerts.push(one);
      group.worst = Math.min(group.worst, one.rank);
    }
  }
  return [...groups.values()].sort(LARGEST);
}

/** Groups by these labels, the one with the worst alert first, then the largest. */
export function groupAlerts(list: readonly Alert[], by: readonly string[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of list) {
    const values = by.map((name) => one.labels[name] ?? '');
    const key = values.length === 1 ? (values[0] ?? '') : JSON.stringify(values);
    let group = groups.get(key);
    if (!group) {
      group = {key, labels: by.map((name, at): [string, string] => [name, values[at] ?? '']), alerts: [], worst: one.rank};
      groups.set(key, group);
    }
    group.alerts.push(one);
    group.worst = Math.min(group.worst, one.rank);
  }
  return [...groups.values()].sort(LARGEST);
}

const MOST_VALUES = 500;

/** The labels that are there and their values, for completion. */
export function labelValues(list: readonly Alert[]): Map<string, string[]> {
  const sets = new Map<string, Set<string>>();
  for (const one of list) {
    for (const [name, value] of Object.entries(one.labels)) {
      const set = sets.get(name) ?? new Set();
      if (set.size < MOST_VALUES) set.add(value);
      sets.set(name, set);
    }
  }
  const names = [...sets.keys()].sort(nameFirst);
  return new Map(names.map((name) => [name, [...(sets.get(name) ?? [])].sort((a, b) => collator.compare(a, b))]));
}
