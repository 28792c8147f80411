// What fires: worst first, filtered, counted, as a table or in groups; one alert's story beside it.
import {signal, useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {getJson} from '../api/client';
import {alerts, canChange, configChanged, loaded, now, status} from '../api/live';
import type {Alert} from '../lib/alerts';
import {by, columnsOf, filter, fitting, found, groups, ROUTED, routed, routes, shownAt, sort, usual, values, words} from '../lib/firing';
import {matcherText, nameFirst, parseMatchers, type Matcher} from '../lib/matchers';
import {askToNotify} from '../lib/notify';
import type {Route} from '../lib/routing';
import {rank} from '../lib/severity';
import {notify, saved} from '../lib/settings';
import {t} from '../lib/texts';
import {durationText} from '../lib/time';
import {change, param, place} from '../lib/url';
import {askAck, askResolve, askSilence, askSilenceOf} from '../ui/actions';
import {AlertTable, type Row, type Rows} from '../ui/alert-table';
import {SeverityMark, SilenceIcon} from '../ui/icons';
import {Link} from '../ui/link';
import {MatcherInput} from '../ui/matcher-input';
import {complain, messageOf, say} from '../ui/toast';
import {Story} from './story';

const selected = signal<ReadonlySet<string>>(new Set());

function toggleSort(column: string): void {
  const {column: old, down} = sort.value;
  const next = column !== old ? column : down ? 'severity' : `-${column}`;
  change({sort: next === 'severity' ? undefined : next}, true);
}

function select(ids: readonly string[], on: boolean): void {
  const next = new Set(selected.value);
  for (const id of ids) if (on) next.add(id); else next.delete(id);
  selected.value = next;
}

function withSeverity(severity: string): void {
  const others = filter.value.list.filter((one) => one.name !== 'severity');
  const had = filter.value.list.some((one) => one.name === 'severity' && one.value === severity);
  const next: Matcher[] = had ? others : [...others, {name: 'severity', op: '=', value: severity}];
  change({q: next.map(matcherText).join(', ')});
}

/** Adds `name="value"` to the filter. */
export function filterBy(name: string, value: string): void {
  const others = filter.value.list.filter((one) => one.name !== name);
  change({q: [...others, {name, op: '=' as const, value}].map(matcherText).join(', ')});
}

// A silence for what a number counts: what fits the filter and has this value.
function SilenceCounted({name, value}: {name: string; value: string}) {
  if (!canChange() || param('wall') === '1') return null;
  const said = t('story.silence.label', `${name}=${value.slice(0, 80)}`);
  const ask = () => askSilence([...filter.value.list.filter((one) => one.name !== name || one.op !== '='), {name, op: '=', value}]);
  return <button class="small silence-it" title={said} aria-label={said} onClick={ask}><SilenceIcon /></button>;
}

// Small pictures: how many there are of each severity, and which values of a label have the most.
function Counts() {
  const order = [...found.value.severities].sort((a, b) => rank(a[0]) - rank(b[0]) || (a[0] < b[0] ? -1 : 1));
  const chosen = new Set(filter.value.list.filter((one) => one.name === 'severity' && one.op === '=').map((one) => one.value));
  return (
    <div class="counts">
      {order.map(([severity, count]) => (
        <span key={severity} class="counted">
          <button class="chip" aria-pressed={chosen.has(severity)} onClick={() => withSeverity(severity)}>
            <SeverityMark severity={severity} /> <b>{count}</b> <bdi>{severity || t('severity.none')}</bdi>
          </button>
          <SilenceCounted name="severity" value={severity} />
        </span>
      ))}
    </div>
  );
}

const TOP = 6;

function Top({name}: {name: string}) {
  const counts = columnsOf.value.counts(found.value.places, name, TOP);
  const most = counts[0]?.[1] ?? 1;
  if (counts.length < 2 || (most === 1 && counts.length === TOP)) return null;
  return (
    <section class="top" aria-label={name}>
      <h2><bdi>{name}</bdi></h2>
      {counts.map(([value, count]) => (
        <span key={value} class="counted">
          <button onClick={() => filterBy(name, value)} title={value}>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width={Math.max(1, (100 * count) / most)} height="10" /></svg>
            <b>{count}</b> <bdi>{value}</bdi>
          </button>
          <SilenceCounted name={name} value={value} />
        </span>
      ))}
    </section>
  );
}

function ListField({name, label, hint, otherwise}: {name: string; label: string; hint: string; otherwise: string}) {
  const text = param(name, otherwise);
  return (
    <label class={`field ${name}`}>{label}
      <input type="text" value={text} placeholder={hint} list="label-names" spellcheck={false}
        onChange={(event) => change({[name]: words(event.currentTarget.value).join(',')}, true)} />
    </label>
  );
}

function Toggle({name, otherwise, label, count}: {name: string; otherwise: boolean; label: string; count: number}) {
  const on = param(name, otherwise ? '1' : '0') === '1';
  return (
    <label class="check"><input type="checkbox" checked={on} onChange={() => change({[name]: on === otherwise ? (on ? '0' : '1') : undefined})} />{label} <b>{count}</b></label>
  );
}

// What this browser remembers: the view that `/` opens, and whether it notifies.
function Mine() {
  const here = place.value.params.toString();
  const mine = saved.value === here;
  const bell = async () => {
    if (notify.value === '1') notify.value = '';
    else if (await askToNotify()) notify.value = '1';
    else complain(t('notify.refused'));
  };
  return (
    <span class="modes">
      {here !== '' && <button aria-pressed={mine} title={t('saved.why')} onClick={() => { saved.value = mine ? '' : here; say(t(mine ? 'saved.gone' : 'saved.done')); }}>{t('saved')}</button>}
      {here === '' && saved.value !== '' && <Link to="" params={Object.fromEntries(new URLSearchParams(saved.value))}>{t('saved.open')}</Link>}
      <button aria-pressed={notify.value === '1'} title={t('notify.why')} onClick={() => void bell()}>{t('notify')}</button>
      <Link to="" params={{...Object.fromEntries(place.value.params), wall: '1'}}>{t('wall')}</Link>
    </span>
  );
}

function Bar() {
  const text = useSignal(param('q'));
  const q = param('q');
  const written = useRef(q);
  // Another filter came (a click on a label, a step back): not the one that is being typed.
  useEffect(() => {
    const said = place.peek().params.get('q') ?? '';
    if (said !== written.current) text.value = said;
    written.current = said;
  }, [q, text]);
  const set = (next: string) => {
    text.value = next;
    try {
      parseMatchers(next);
      written.current = next.trim() === '' ? '' : next;
      change({q: written.current}, true);
    } catch {
      // Half of a matcher: the filter stays as it was until it is one.
    }
  };
  const grouped = by.value.length > 0;
  const {suppressed, acknowledged} = found.value;
  return (
    <div class="bar">
      <div class="filter">
        <MatcherInput id="filter" value={text.value} values={values.value} label={t('filter')} hint={t('filter.hint')} onChange={set} />
        {text.value && <button aria-label={t('filter.clear')} title={t('filter.clear')} onClick={() => set('')}>×</button>}
      </div>
      <Counts />
      <div class="options">
        <Toggle name="suppressed" otherwise={false} label={t('suppressed.show')} count={suppressed} />
        <Toggle name="acknowledged" otherwise label={t('acknowledged.show')} count={acknowledged} />
        <span class="modes" role="group" aria-label={t('mode')}>
          <button aria-pressed={!grouped} onClick={() => change({by: undefined})}>{t('mode.table')}</button>
          <button aria-pressed={grouped && !routed.value} onClick={() => change({by: routed.value ? 'alertname' : by.value.join(',') || 'alertname'})}>{t('mode.groups')}</button>
          <button aria-pressed={routed.value} onClick={() => change({by: ROUTED})}>{t('mode.routed')}</button>
        </span>
        {grouped && !routed.value && <ListField name="by" label={t('by')} hint={t('by.hint')} otherwise="" />}
        <ListField name="cols" label={t('columns')} hint={t('columns.hint')} otherwise={usual.value.join(',')} />
        <Mine />
        <datalist id="label-names">{[...values.value.keys()].sort(nameFirst).map((name) => <option key={name} value={name} />)}</datalist>
      </div>
    </div>
  );
}

function Selection() {
  const list = alerts.value.filter((one) => selected.value.has(one.id));
  if (list.length === 0 || !canChange()) return null;
  return (
    <div class="selection" role="region" aria-label={t('selected', list.length)}>
      <b>{t('selected', list.length)}</b>
      <button onClick={() => askAck(list)}>{t('do.ack')}</button>
      <button onClick={() => askSilenceOf(list)}>{t('do.silence')}</button>
      <button onClick={() => askResolve(list)}>{t('do.resolve')}</button>
      <button onClick={() => { selected.value = new Set(); }}>{t('select.none')}</button>
    </div>
  );
}

function Nothing() {
  const hidden = fitting.value.length - found.value.places.length;
  const filtered = filter.value.list.length > 0 && alerts.value.length > 0;
  if (!loaded.value) return <p class="nothing">{t('loading')}</p>;
  return (
    <div class="nothing">
      <p>{t(filtered ? 'now.none.filter' : 'now.none')}</p>
      {hidden > 0 && <p>{t('now.hidden', hidden)}</p>}
      {status.value?.engine.processed === 0 && <p>{t('now.nothing.seen')}</p>}
    </div>
  );
}

// For a screen on a wall: large, without anything to press; it turns pages by itself.
function Wall() {
  const {length} = found.value.places;
  const page = Math.floor(now.value / 10_000);
  const pages = Math.max(1, Math.ceil(length / WALL_ROWS));
  const at = (page % Math.min(pages, WALL_PAGES)) * WALL_ROWS;
  return (
    <div class="wall">
      <h1 class="sr">{t('view.now')}</h1>
      <Counts />
      {length === 0 ? <Nothing /> : (
        <ul class="plain">{wallRows(at).map((one) => (
          <li key={one.id} class={`tone-${one.rank}`}><SeverityMark severity={one.severity} /> <b><bdi>{one.name}</bdi></b> <span><bdi>{one.summary}</bdi></span> <small>{one.acknowledged && <><bdi>{one.wire.acknowledged?.by}</bdi> ✓ </>}{durationText(now.value - one.since)}</small></li>
        ))}</ul>
      )}
      <p class="sum">{t('now.count', length, alerts.value.length)}{pages > 1 && ` · ${at / WALL_ROWS + 1} / ${Math.min(pages, WALL_PAGES)}`} · <Link to="" params={{...Object.fromEntries(place.value.params), wall: undefined}}>{t('wall.leave')}</Link></p>
    </div>
  );
}

const WALL_ROWS = 14;
const WALL_PAGES = 8;

function wallRows(from: number): Alert[] {
  return Array.from({length: WALL_ROWS}, (_, at) => shownAt(from + at)).filter((one) => one !== undefined);
}

function useRoutes(): void {
  const wanted = routed.value;
  const config = configChanged.value;
  useEffect(() => {
    if (!wanted) return;
    getJson<{config: {original: string}}>('api/v2/status').then(
      ({config: {original}}) => { routes.value = (JSON.parse(original) as {route: Route}).route; },
      (fault: unknown) => complain(messageOf(fault)),
    );
  }, [wanted, config]);
}

// Without parameters `/` shows what was saved.
function useSaved(): void {
  useEffect(() => {
    if (place.peek().params.toString() === '' && saved.peek() !== '') change(Object.fromEntries(new URLSearchParams(saved.peek())), true);
  }, []);
}

export function Now() {
  useSaved();
  useRoutes();
  const wall = param('wall') === '1';
  return wall ? <Wall /> : <Desk />;
}

function rowOf(alert: Alert): Row {
  return {kind: 'alert', alert, key: alert.id};
}

function alertRow(at: number): Row | undefined {
  const alert = shownAt(at);
  return alert && rowOf(alert);
}

function groupRows(opened: ReadonlySet<string>): Rows {
  const list = groups.value.flatMap((group): Row[] => {
    const open = opened.has(group.key);
    return [{kind: 'group', group, key: group.key, open}, ...(open ? group.alerts.map(rowOf) : [])];
  });
  return {count: list.length, at: (at) => list[at]};
}

function Desk() {
  const opened = useSignal<ReadonlySet<string>>(new Set());
  const grouped = by.value.length > 0;
  const rows = grouped ? groupRows(opened.value) : {count: found.value.places.length, at: alertRow};
  const toggle = (key: string) => {
    const next = new Set(opened.value);
    if (!next.delete(key)) next.add(key);
    opened.value = next;
  };
  const columns = words(param('cols', usual.value.join(',')));
  const id = param('id');
  const tops = ['alertname', ...columns].slice(0, 4);
  return (
    <div class={`now ${id ? 'with-story' : ''}`}>
      <h1 class="sr">{t('view.now')}</h1>
      <Bar />
      <div class="body">
        <div class="list">
          <p class="sum" aria-live="polite">{t('now.count', found.value.places.length, alerts.value.length)}</p>
          <Selection />
          {rows.count === 0 ? <Nothing /> : (
            <AlertTable rows={rows} labels={id ? [] : columns} compact={id !== ''} sort={sort.value} selected={selected.value} current={id} grouped={grouped} onSort={toggleSort} onSelect={select}
              onOpen={(alert) => change({id: alert.id}, id !== '')} onToggle={toggle} />
          )}
        </div>
        {id ? (
          <aside class="side" aria-label={t('story')}><Story key={id} id={id} onClose={() => change({id: undefined})} /></aside>
        ) : (
          rows.count > 0 && <div class="tops">{tops.map((name) => <Top key={name} name={name} />)}</div>
        )}
      </div>
    </div>
  );
}

