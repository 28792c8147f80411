// A row a resource, its states over time from left to right; a storm at a glance; a click leads to the story.
import {useSignal} from '@preact/signals';
import {useEffect, useMemo, useRef} from 'preact/hooks';
import {getJson} from '../api/client';
import {alerts, configChanged, loaded, now, status} from '../api/live';
import type {Silence} from '../api/types';
import {labelValues} from '../lib/alerts';
import {lifecycleOf, type Gap, type LifecycleEntry, type Moment} from '../lib/lifecycle';
import {matcherText, parseMatchers, tester, type Matcher} from '../lib/matchers';
import {MOST_READ, Past} from '../lib/past';
import {utc} from '../lib/settings';
import {fromWire, textOf} from '../lib/silence';
import {t} from '../lib/texts';
import {parseDuration, shortTime} from '../lib/time';
import {barsAt, firingBars, fitted, lanesOf, spanText, zoomed, type Bar, type Lane, type Window} from '../lib/timeline';
import {change, param} from '../lib/url';
import {BridgeList, gapText, momentText} from '../ui/bridge-list';
import {useFetched} from '../ui/fetch';
import {Found, Lanes, type Mark, type Pointed} from '../ui/lanes';
import {LaneTable} from '../ui/lane-table';
import {MatcherInput} from '../ui/matcher-input';
import {messageOf} from '../ui/toast';
import {Story} from './story';

const USUAL = ['server', 'subject', 'instance', 'rack', 'alertname'];
const SPANS = ['1h', '6h', '1d', '7d', '30d'];

function matchersOf(text: string): Matcher[] {
  try {
    return parseMatchers(text);
  } catch {
    return [];
  }
}

// The window that the address says: a length, and its end, or now.
function windowOf(at: number): Window {
  const span = parseDuration(param('span', '6h')) ?? 6 * 3_600_000;
  const end = Date.parse(param('to'));
  const to = Number.isFinite(end) ? end : at + span * 0.02;
  return fitted({from: to - span, to}, at);
}

function remember({from, to}: Window, at: number): void {
  const follows = to >= at;
  const span = spanText(to - from);
  change({span: span === '6h' ? undefined : span, to: follows ? undefined : new Date(to).toISOString()}, true);
}

const KNOWN = 2000;  // a reload that is recorded is near the ends that it brought

function marksOf(bars: Iterable<Bar>, silences: readonly Silence[], {moments, gaps}: {moments: readonly Moment[]; gaps: readonly Gap[]}): Mark[] {
  const out: Mark[] = moments.map((one) => ({at: one.at, kind: one.kind, text: momentText(one), short: t(`bridge.${one.kind}`)}));
  const reloads = moments.filter((one) => one.kind === 'reload' || one.kind === 'start');
  // Of a time before the bridge recorded them: alerts that a reload ended.
  const changed = new Set<number>();
  for (const bar of bars) if (bar.changed) changed.add(bar.to);
  for (const at of changed) if (!reloads.some((one) => Math.abs(one.at - at) < KNOWN)) out.push({at, kind: 'reload', text: t('time.reload.rules'), short: t('bridge.reload')});
  for (const one of gaps) out.push({at: one.from, to: one.to, kind: 'gap', text: gapText(one)});
  for (const one of silences) out.push({at: Date.parse(one.startsAt), to: Date.parse(one.endsAt), kind: 'silence', text: t('time.silence', textOf(one), one.createdBy, one.comment)});
  return out;
}

const NO_LIFE = {moments: [], gaps: []};

// Read again when it started or reloaded; a stop is followed by a start.
function useLifecycle() {
  const read = useFetched<LifecycleEntry[]>((stop) => getJson('api/v1/lifecycle?since=30d&limit=10000', stop), `${configChanged.value} ${status.value?.started ?? ''}`, 60);
  const list = read.data.value;
  return useMemo(() => (list ? lifecycleOf(list) : NO_LIFE), [list]);
}

function Nav({view, set, follow}: {view: Window; set: (next: Window) => void; follow: () => void}) {
  const span = view.to - view.from;
  const middle = (view.from + view.to) / 2;
  const said = param('span', '6h');
  return (
    <>
      <span class="modes" role="group" aria-label={t('time.length')}>{SPANS.map((one) => <button key={one} aria-pressed={said === one} onClick={() => change({span: one === '6h' ? undefined : one})}>{one}</button>)}</span>
      <span class="modes" role="group" aria-label={t('time.move')}>
        <button aria-label={t('time.earlier')} title={t('time.earlier')} onClick={() => set(fitted({from: view.from - span / 2, to: view.to - span / 2}, now.value))}>◀</button>
        <button aria-label={t('time.in')} title={t('time.in')} onClick={() => set(zoomed(view, 0.5, middle, now.value))}>+</button>
        <button aria-label={t('time.out')} title={t('time.out')} onClick={() => set(zoomed(view, 2, middle, now.value))}>−</button>
        <button aria-label={t('time.later')} title={t('time.later')} onClick={() => set(fitted({from: view.from + span / 2, to: view.to + span / 2}, now.value))}>▶</button>
        <button disabled={!param('to')} onClick={follow}>{t('time.now')}</button>
      </span>
    </>
  );
}

function Rest({past, view, count}: {past: Past; view: Window; count: number}) {
  const utcNow = utc();
  const text = (ms: number) => shortTime(ms, utcNow, now.value);
  return (
    <p class="sum" aria-live="polite">
      {t('time.rows', count)}, {text(view.from)} – {text(view.to)}
      {past.reading.value && ` · ${t('loading')}`}
      {past.full.value && past.reached.value > view.from && <b> · {t('time.full', MOST_READ, text(past.reached.value))}</b>}
    </p>
  );
}

// Read again with another filter, further back when somebody looks there, and what is new while it is looked at.
function usePast(query: string, from: number): Past {
  const past = useMemo(() => new Past(query, messageOf), [query]);
  useEffect(() => () => past.stop(), [past]);
  useEffect(() => void past.reach(from), [past, from]);
  const processed = status.value?.engine.processed ?? 0;
  useEffect(() => {
    if (!document.hidden) void past.follow();
  }, [past, processed]);
  return past;
}

function useWindow(): {view: Window; set: (next: Window) => void; follow: () => void} {
  const held = useSignal<Window | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  const set = (next: Window) => {
    held.value = next;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      held.value = undefined;
      remember(next, Date.now());
    }, 250);
  };
  // To the present again; a move that is not in the address yet is dropped.
  const follow = () => {
    clearTimeout(timer.current);
    held.value = undefined;
    change({to: undefined});
  };
  return {view: held.value ?? windowOf(now.value), set, follow};
}

export function Timeline() {
  const {view, set, follow} = useWindow();
  const matchers = matchersOf(param('q'));
  const query = matchers.map((one) => `filter=${encodeURIComponent(matcherText(one))}`).join('&');
  // Whole minutes: what is read does not depend on each pixel of a drag.
  const past = usePast(query, Math.floor(view.from / 60_000) * 60_000);
  const silences = useFetched<Silence[]>((stop) => getJson('api/v2/silences', stop), '', 30);
  const values = useMemo(() => labelValues(alerts.value), [alerts.value]); // eslint-disable-line react-hooks/exhaustive-deps -- a signal's value
  const text = useSignal(param('q'));
  const pointed = useSignal<Pointed | undefined>(undefined);
  const version = past.version.value;
  const firing = alerts.value;
  const bars = useMemo(() => {
    const fits = tester(matchers);
    const out = new Map(past.bars);
    for (const one of firingBars(firing)) if (!out.has(one.id) && fits(one.labels)) out.set(one.id, one);
    return [...out.values()];
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `version` and `query` say what it depends on
  }, [past, version, firing, query]);
  const usual = USUAL.find((name) => values.has(name)) ?? USUAL.find((name) => bars[0]?.labels[name] !== undefined) ?? 'alertname';
  const by = param('by', usual);
  const byName = param('sort') === 'name';
  const lanes = useMemo(() => lanesOf(bars, by, view.from, view.to, byName), [bars, by, view.from, view.to, byName]);
  const life = useLifecycle();
  const marks = marksOf(bars, silences.data.value ?? [], life);
  const spells = (silences.data.value ?? []).map((one) => ({from: Date.parse(one.startsAt), to: Date.parse(one.endsAt), fits: tester(fromWire(one.matchers))}));
  const table = param('as') === 'table';
  const id = param('id');
  const open = (bar: Bar) => {
    pointed.value = undefined;
    change({id: bar.id}, id !== '');
  };
  const point = (lane: Lane, at: number, slack: number, x: number, y: number) => {
    const found = barsAt(lane.bars, at, slack);
    const [first] = found;
    if (found.length === 1 && first) open(first);
    else pointed.value = found.length > 0 ? {lane: lane.name, bars: found, x, y} : undefined;
  };
  return (
    <div class={`now ${id ? 'with-story' : ''}`}>
      <div class="bar">
        <div class="options"><h1>{t('view.timeline')}</h1><Nav view={view} set={set} follow={follow} />
          <label class="field">{t('time.by')}<input type="text" class="short" value={by} list="label-names" spellcheck={false} onChange={(event) => change({by: event.currentTarget.value.trim() || undefined}, true)} /></label>
          <datalist id="label-names">{[...values.keys()].map((name) => <option key={name} value={name} />)}</datalist>
          <label class="check"><input type="checkbox" checked={byName} onChange={() => change({sort: byName ? undefined : 'name'}, true)} />{t('time.by.name')}</label>
          <label class="check"><input type="checkbox" checked={table} onChange={() => change({as: table ? undefined : 'table'}, true)} />{t('time.table')}</label>
        </div>
        <MatcherInput id="filter" value={text.value} values={values} label={t('filter')} hint={t('filter.hint')} onChange={(said) => { text.value = said; change({q: said}, true); }} />
      </div>
      <div class="body">
        <div class="list">
          <Rest past={past} view={view} count={lanes.length} />
          {past.fault.value && <p class="fault" role="alert"><bdi>{past.fault.value}</bdi></p>}
          {lanes.length === 0 && loaded.value && !past.reading.value && <p class="nothing">{t('time.none')}</p>}
          {table ? <LaneTable lanes={lanes} by={by} onOpen={open} /> : (
            <Lanes lanes={lanes} by={by} view={view} marks={marks} spells={spells} bars={bars} reached={past.reached.value} onView={set} onPoint={point} onOpen={open} />
          )}
          <BridgeList moments={life.moments} gaps={life.gaps} view={view} />
          {pointed.value && <Found of={pointed.value} onOpen={open} onClose={() => { pointed.value = undefined; }} />}
        </div>
        {id && <aside class="side" aria-label={t('story')}><Story key={id} id={id} onClose={() => change({id: undefined})} /></aside>}
      </div>
    </div>
  );
}
