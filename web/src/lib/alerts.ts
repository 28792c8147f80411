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

export interface Sort {column: string; down: boolean}

// What nobody takes care of stands above what somebody has acknowledged.
function worst(a: Alert, b: Alert): number {
  return (
    a.rank - b.rank ||
    Number(a.state !== 'active') - Number(b.state !== 'active') ||
    Number(a.acknowledged) - Number(b.acknowledged) ||
    b.since - a.since
  );
}

function text(alert: Alert, column: string): string {
  if (column === 'alert') return alert.name;
  if (column === 'summary') return alert.summary;
  if (column === 'state') return alert.state === 'active' && alert.acknowledged ? 'acknowledged' : alert.state;
  return alert.labels[column] ?? '';
}

const collator = new Intl.Collator('en', {numeric: true});

/** Equal ones stand worst first, and the same at each load. */
export function sortAlerts(list: readonly Alert[], {column, down}: Sort): Alert[] {
  const sign = down ? -1 : 1;
  const by = (a: Alert, b: Alert): number => {
    if (column === 'severity') return a.rank - b.rank;
    if (column === 'since') return b.since - a.since;
    if (column === 'count') return b.wire.count - a.wire.count;
    return collator.compare(text(a, column), text(b, column));
  };
  return [...list].sort((a, b) => sign * by(a, b) || worst(a, b) || (a.id < b.id ? -1 : 1));
}

export function countBy(list: readonly Alert[], value: (alert: Alert) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const one of list) counts.set(value(one), (counts.get(value(one)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || collator.compare(a[0], b[0]));
}

export interface Group {key: string; labels: [string, string][]; alerts: Alert[]}

/** Groups by these labels, the one with the worst alert first, then the largest. */
export function groupAlerts(list: readonly Alert[], by: readonly string[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of list) {
    const labels = by.map((name): [string, string] => [name, one.labels[name] ?? '']);
    const key = JSON.stringify(labels.map(([, value]) => value));
    const group = groups.get(key) ?? {key, labels, alerts: []};
    if (group.alerts.push(one) === 1) groups.set(key, group);
  }
  const best = (group: Group) => Math.min(...group.alerts.slice(0, 1000).map((one) => one.rank));
  return [...groups.values()].sort(
    (a, b) => best(a) - best(b) || b.alerts.length - a.alerts.length || collator.compare(a.key, b.key),
  );
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
