// States over time: which alert fired from when to when, a row a resource, drawn pixel by pixel.
import type {HistoryEntry} from '../api/types';
import type {Alert} from './alerts';
import type {Labels} from './matchers';
import {rank} from './severity';

/** One alert from its first event to its end; `to` is Infinity while it fires. */
export interface Bar {
  id: string;
  name: string;
  severity: string;
  rank: number;
  labels: Labels;
  summary: string;
  from: number;
  to: number;
  offset: number;  // of the newest transition that was read
  changed: boolean;  // ended because a reload changed its rule
}

export type Bars = Map<string, Bar>;

function barOf(entry: HistoryEntry): Bar | undefined {
  const {after} = entry;
  const from = Date.parse(after?.starts_at ?? '');
  if (!after || !Number.isFinite(from)) return undefined;
  const ended = Date.parse(after.ends_at ?? '');
  const severity = after.labels.severity ?? after.severity;
  return {
    id: after.id, name: after.labels.alertname ?? after.rule, severity, rank: rank(severity), labels: after.labels,
    summary: after.annotations.summary ?? after.key, from, to: after.state === 'firing' || !Number.isFinite(ended) ? Infinity : Math.max(from, ended),
    offset: entry.offset, changed: after.reason === 'rule_changed',
  };
}

/** Adds transitions in any order: of one alert the newest counts. Says whether anything changed. */
export function addEntries(bars: Bars, entries: readonly HistoryEntry[]): boolean {
  let changed = false;
  for (const entry of entries) {
    const bar = barOf(entry);
    if (!bar || (bars.get(bar.id)?.offset ?? -1) >= bar.offset) continue;
    bars.set(bar.id, bar);
    changed = true;
  }
  return changed;
}

/** What fires now, also where its transitions were not read: it may be older than all that was. */
export function firingBars(list: readonly Alert[]): Bar[] {
  return list.filter((one) => one.state !== 'resolved' && Number.isFinite(one.since)).map((one) => ({
    id: one.id, name: one.name, severity: one.severity, rank: one.rank, labels: one.labels, summary: one.summary,
    from: one.since, to: Infinity, offset: 0, changed: false,
  }));
}

export interface Lane {name: string; bars: Bar[]; worst: number; now: number}

const NEVER = 9;

/** The rows: bars within the window by a label; those with the worst that fires first. */
export function lanesOf(bars: Iterable<Bar>, by: string, from: number, to: number, byName = false): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const bar of bars) {
    if (bar.from > to || bar.to < from) continue;
    const name = by === 'alertname' ? bar.name : (bar.labels[by] ?? '');
    let lane = lanes.get(name);
    if (!lane) lanes.set(name, (lane = {name, bars: [], worst: NEVER, now: NEVER}));
    lane.bars.push(bar);
    lane.worst = Math.min(lane.worst, bar.rank);
    if (bar.to === Infinity) lane.now = Math.min(lane.now, bar.rank);
  }
  const collator = new Intl.Collator('en', {numeric: true});
  const named = (a: Lane, b: Lane) => collator.compare(a.name, b.name);
  return [...lanes.values()].sort((a, b) => (byName ? 0 : a.now - b.now || a.worst - b.worst || b.bars.length - a.bars.length) || named(a, b));
}

export interface Run {x: number; width: number; tone: number}

function runsOf(pixels: Uint8Array): Run[] {
  const out: Run[] = [];
  for (let x = 0; x < pixels.length; ) {
    const tone = pixels[x] ?? 0;
    let end = x + 1;
    while (end < pixels.length && pixels[end] === tone) end++;
    if (tone > 0) out.push({x, width: end - x, tone: tone - 1});
    x = end;
  }
  return out;
}

/** Where something is, in pixels of a window; at least two of them, so that nothing is too short to be seen. */
export function pixelsOf(start: number, end: number, from: number, to: number, width: number): [number, number] {
  const scale = width / (to - from);
  const first = Math.max(0, Math.min(width - 2, Math.floor((start - from) * scale)));
  const last = Math.max(first + 2, Math.min(width, Math.ceil((end - from) * scale)));
  return [first, last];
}

/** The worst severity at each pixel, as runs: what is drawn does not grow with the number of alerts. */
export function runs(bars: readonly Bar[], from: number, to: number, width: number, now: number): Run[] {
  const pixels = new Uint8Array(Math.max(2, width));
  for (const bar of [...bars].sort((a, b) => b.rank - a.rank)) {
    const end = Math.min(bar.to, now);
    if (bar.from > to || end < from) continue;
    const [first, last] = pixelsOf(bar.from, end, from, to, pixels.length);
    pixels.fill(bar.rank + 1, first, last);
  }
  return runsOf(pixels);
}

export interface Spell {from: number; to: number; fits: (labels: Labels) => boolean}

/** Where a silence hid something that fired. */
export function hidden(bars: readonly Bar[], spells: readonly Spell[], from: number, to: number, width: number, now: number): Run[] {
  const pixels = new Uint8Array(Math.max(2, width));
  for (const spell of spells) {
    for (const bar of bars) {
      const start = Math.max(bar.from, spell.from);
      const end = Math.min(bar.to, spell.to, now);
      if (start >= end || start > to || end < from || !spell.fits(bar.labels)) continue;
      const [first, last] = pixelsOf(start, end, from, to, pixels.length);
      pixels.fill(1, first, last);
    }
  }
  return runsOf(pixels);
}

/** A path of rectangles. */
export function pathOf(list: readonly Run[], top: number, height: number): string {
  return list.map(({x, width}) => `M${x} ${top}h${width}v${height}h-${width}z`).join('');
}

/** The bars at a moment, give or take, worst first. */
export function barsAt(bars: readonly Bar[], at: number, slack: number): Bar[] {
  return bars.filter((one) => one.from <= at + slack && one.to >= at - slack).sort((a, b) => a.rank - b.rank || b.from - a.from);
}

/** How many alerts began in each of `count` parts of the window, by severity: `[part][rank]`. */
export function storm(bars: Iterable<Bar>, from: number, to: number, count: number): number[][] {
  const out = Array.from({length: count}, () => [0, 0, 0, 0, 0, 0]);
  for (const bar of bars) {
    if (bar.from < from || bar.from >= to) continue;
    const part = out[Math.floor(((bar.from - from) / (to - from)) * count)];
    if (part) part[bar.rank] = (part[bar.rank] ?? 0) + 1;
  }
  return out;
}

const STEPS = [1e3, 5e3, 15e3, 6e4, 3e5, 9e5, 36e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5];

/** Moments at which the axis has a mark, on whole hours or days of the zone. `away`: of it from UTC, ms. */
export function ticks(from: number, to: number, most: number, away = 0): number[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? 2_592_000_000;
  const out: number[] = [];
  for (let at = Math.ceil((from + away) / step) * step - away; at <= to; at += step) out.push(at);
  return out;
}

export interface Window {from: number; to: number}

const LEAST = 60_000;
export const MOST = 30 * 86_400_000;

/** Kept between the oldest that history holds and now. */
export function fitted({from, to}: Window, now: number): Window {
  const span = Math.max(LEAST, Math.min(MOST, to - from));
  const middle = (from + to) / 2;
  const end = Math.min(now + span * 0.02, Math.max(now - MOST + span, to - from === span ? to : middle + span / 2));
  return {from: end - span, to: end};
}

/** `at` stays where it is. */
export function zoomed({from, to}: Window, factor: number, at: number, now: number): Window {
  const span = Math.max(LEAST, Math.min(MOST, (to - from) * factor));
  const share = (at - from) / (to - from);
  return fitted({from: at - span * share, to: at + span * (1 - share)}, now);
}

/** `6h`, `90m`, `45s`: what parseDuration reads. */
export function spanText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  for (const [unit, size] of [['d', 86_400], ['h', 3600], ['m', 60]] as const) if (seconds % size === 0) return `${seconds / size}${unit}`;
  return `${seconds}s`;
}
