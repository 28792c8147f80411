// What happened to the bridge itself (`GET /api/v1/lifecycle`): moments, and gaps in which it did not run.

export interface LifecycleEntry {
  at: string;
  offset: number;
  kind: 'started' | 'stopped' | 'reloaded';
  generation?: string;
  before?: 'stopped' | 'died' | 'nothing' | 'unknown';
  last_record?: string;
  gap_seconds?: number;
}

export type MomentKind = 'start' | 'stop' | 'death' | 'reload';
export interface Moment {at: number; kind: MomentKind; generation: string}
/** `died`: nobody stopped it. */
export interface Gap {from: number; to: number; died: boolean}

const KINDS = {started: 'start', stopped: 'stop', reloaded: 'reload'} as const;

/** In order. A death is not recorded: it was after the last record before the next start. */
export function lifecycleOf(entries: readonly LifecycleEntry[]): {moments: Moment[]; gaps: Gap[]} {
  const moments: Moment[] = [];
  const gaps: Gap[] = [];
  let stopped = NaN;
  for (const one of [...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.offset - b.offset)) {
    const at = Date.parse(one.at);
    if (one.kind === 'started' && one.before !== 'nothing') {
      const last = one.before === 'stopped' && Number.isFinite(stopped) ? stopped : Date.parse(one.last_record ?? '');
      const died = one.before === 'died';
      if (died && Number.isFinite(last)) moments.push({at: last, kind: 'death', generation: ''});
      if (last < at) gaps.push({from: last, to: at, died});
    }
    stopped = one.kind === 'stopped' ? at : one.kind === 'started' ? NaN : stopped;
    moments.push({at, kind: KINDS[one.kind], generation: one.generation ?? ''});
  }
  return {moments: moments.sort((a, b) => a.at - b.at), gaps};
}
