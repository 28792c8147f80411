// What became of notifications, by target.
import type {DeadLetter, HistoryEntry} from '../api/types';

export interface Target {
  name: string;
  counts: Record<string, number>;  // by outcome
  last: HistoryEntry;              // the newest that was tried
}

/** `entries`: newest first. The target that fails stands first. */
export function targetsOf(entries: readonly HistoryEntry[]): Target[] {
  const targets = new Map<string, Target>();
  for (const entry of entries) {
    const name = entry.target ?? '';
    const target = targets.get(name) ?? {name, counts: {}, last: entry};
    const outcome = entry.outcome ?? '';
    target.counts[outcome] = (target.counts[outcome] ?? 0) + 1;
    if (!target.last.detail && entry.detail) target.last = entry;
    targets.set(name, target);
  }
  const bad = (one: Target) => (one.counts.dead ?? 0) + (one.counts.waiting ?? 0);
  return [...targets.values()].sort((a, b) => bad(b) - bad(a) || (a.name < b.name ? -1 : 1));
}

export interface Cause {key: string; target: string; detail: string; ids: string[]}

/** The ids of the letters of one cause, oldest first: the order in which they are sent again. */
export function lettersOf(letters: readonly DeadLetter[], target: string, detail: string): string[] {
  return letters.filter((one) => one.target === target && one.detail === detail).map((one) => one.id).reverse();
}

export function outcomesOf(letters: readonly {outcome: string}[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const {outcome} of letters) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
