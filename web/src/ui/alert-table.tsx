// The table of alerts: only the rows that are seen are in the document, so that 20,000 stay smooth.
import {useSignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {now} from '../api/live';
import {stateWord, type Alert, type Group, type Sort} from '../lib/alerts';
import {visibleRows} from '../lib/rows';
import {SEVERITIES} from '../lib/severity';
import {t, word, type Key} from '../lib/texts';
import {durationText} from '../lib/time';
import {SeverityMark} from './icons';

export type Row = {kind: 'alert'; alert: Alert; key: string} | {kind: 'group'; group: Group; key: string; open: boolean};

/** Rows by their place: those that are not seen are not made. */
export interface Rows {count: number; at: (place: number) => Row | undefined}

interface Props {
  rows: Rows;
  labels: readonly string[];
  sort: Sort;
  selected: ReadonlySet<string>;
  current: string;
  grouped: boolean;
  compact: boolean;  // a story stands beside it: fewer columns
  onSort: (column: string) => void;
  onSelect: (ids: readonly string[], on: boolean) => void;
  onOpen: (alert: Alert) => void;
  onToggle: (key: string) => void;
}

const NARROW = '(max-width: 760px)';
const HEIGHTS = {wide: 30, narrow: 62};
const STEP = 120;

function useWindow(box: RefObject<HTMLDivElement>) {
  const top = useSignal(0);
  const shown = useSignal(800);
  const narrow = useSignal(matchMedia(NARROW).matches);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    // Drawn again every few rows: as many as are ready beyond the edge are not seen before.
    const scrolled = () => { top.value = Math.floor(element.scrollTop / STEP) * STEP; };
    const sizes = new ResizeObserver(() => { shown.value = element.clientHeight; });
    const query = matchMedia(NARROW);
    const turned = () => { narrow.value = query.matches; };
    element.addEventListener('scroll', scrolled, {passive: true});
    query.addEventListener('change', turned);
    sizes.observe(element);
    return () => {
      element.removeEventListener('scroll', scrolled);
      query.removeEventListener('change', turned);
      sizes.disconnect();
    };
  }, [box, top, shown, narrow]);
  return {top: top.value, shown: shown.value, height: narrow.value ? HEIGHTS.narrow : HEIGHTS.wide};
}

function StateCell({alert}: {alert: Alert}) {
  const state = stateWord(alert);
  if (!state) return null;
  if (state === 'no_integration') return <span class="tag no_integration" title={`${word('why', state)}: ${(alert.wire.status.noIntegration ?? []).join(', ')}`}><bdi>{t('state.nobody')}</bdi></span>;
  const said = state === 'acknowledged' ? `${t('state.acknowledged')}: ${alert.wire.acknowledged?.by ?? ''}` : word('why', state);
  return <span class={`tag ${state}`} title={said}><bdi>{state === 'acknowledged' ? said : state}</bdi></span>;
}

function AlertCells({alert, labels, compact}: {alert: Alert; labels: readonly string[]; compact: boolean}) {
  return (
    <>
      <td class="c-sev"><SeverityMark severity={alert.severity} /> <span>{alert.severity || t('severity.none')}</span></td>
      <td class="c-name"><bdi>{alert.name}</bdi></td>
      {labels.map((name) => <td key={name} class="c-label" title={alert.labels[name] ?? ''}><bdi>{alert.labels[name] ?? ''}</bdi></td>)}
      <td class="c-sum"><bdi>{alert.summary}</bdi></td>
      <td class="c-since">{durationText(now.value - alert.since)}</td>
      {!compact && <td class="c-count">{alert.wire.count}</td>}
      <td class="c-state"><StateCell alert={alert} /></td>
    </>
  );
}

function GroupCells({group, open, span, onToggle}: {group: Group; open: boolean; span: number; onToggle: () => void}) {
  const counts = SEVERITIES.map((name, at) => [name, group.alerts.filter((one) => one.rank === at).length] as const).filter(([, count]) => count > 0);
  return (
    <td colSpan={span} class="c-group">
      <button aria-expanded={open} aria-label={t('group.toggle')} onClick={onToggle}>{open ? '▾' : '▸'}</button>
      <b>{group.alerts.length}</b>
      {group.labels.map(([name, value]) => <span key={name} class="pair"><i>{name}</i> <bdi>{value || '—'}</bdi></span>)}
      {counts.map(([name, count]) => <span key={name} class="count"><SeverityMark severity={name} /> {count}</span>)}
    </td>
  );
}

interface HeadProps {column: string; title: string; sort: Sort; onSort: (column: string) => void; kind: string}

function Head({column, title, sort, onSort, kind}: HeadProps) {
  const by = sort.column === column;
  return (
    <th scope="col" class={kind} aria-sort={by ? (sort.down ? 'descending' : 'ascending') : 'none'}>
      <button onClick={() => onSort(column)}><bdi>{title}</bdi>{by && <span aria-hidden="true">{sort.down ? ' ▲' : ' ▼'}</span>}</button>
    </th>
  );
}

function idsOf(row: Row): string[] {
  return row.kind === 'alert' ? [row.alert.id] : row.group.alerts.map((one) => one.id);
}

function range(first: number, last: number, rows: Rows): [number, Row][] {
  const out: [number, Row][] = [];
  for (let at = first; at < last; at++) {
    const row = rows.at(at);
    if (row) out.push([at, row]);
  }
  return out;
}

export function AlertTable({rows, labels, sort, selected, current, grouped, compact, onSort, onSelect, onOpen, onToggle}: Props) {
  const box = useRef<HTMLDivElement>(null);
  const {top, shown, height} = useWindow(box);
  const {first, last, before, after} = visibleRows(rows.count, height, top, shown);
  const cursor = useSignal(0);
    const all = () => range(0, rows.count, rows).flatMap(([, row]) => idsOf(row));
  const allOn = selected.size > 0 && all().every((id) => selected.has(id));
  const span = (compact ? 5 : 6) + labels.length;

  const move = (to: number) => {
    const element = box.current;
    const next = Math.max(0, Math.min(rows.count - 1, to));
    cursor.value = next;
    if (!element) return;
    const y = next * height;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + 2 * height > element.scrollTop + element.clientHeight) element.scrollTop = y + 3 * height - element.clientHeight;
  };
  const enter = (row: Row) => {
    if (row.kind === 'alert') onOpen(row.alert);
    else onToggle(row.key);
  };
  const key = (event: KeyboardEvent) => {
    const on = event.target as HTMLElement;
    if (on !== box.current) return;
    const page = Math.max(1, Math.floor(shown / height) - 2);
    const steps: Record<string, number> = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -rows.count, End: rows.count};
    const step = steps[event.key];
    const row = rows.at(cursor.value);
    if (step !== undefined) move(cursor.value + step);
    else if (!row) return;
    else if (event.key === 'Enter') enter(row);
    else if (event.key === ' ' || event.key === 'x') onSelect(idsOf(row), !idsOf(row).every((id) => selected.has(id)));
    else return;
    event.preventDefault();
  };

  return (
    <div class="table-box" ref={box} tabIndex={0} role="region" aria-label={t('view.now')} onKeyDown={key}>
      <table class={`alerts ${grouped ? 'grouped' : ''}`} aria-rowcount={rows.count + 1}>
        <thead>
          <tr>
            <th class="c-box"><input type="checkbox" aria-label={t(allOn ? 'select.none' : 'select.all')} checked={allOn} onChange={() => onSelect(all(), !allOn)} /></th>
            <Head column="severity" title={t('col.severity')} sort={sort} onSort={onSort} kind="c-sev" />
            <Head column="alert" title={t('col.alert')} sort={sort} onSort={onSort} kind="c-name" />
            {labels.map((name) => <Head key={name} column={name} title={name} sort={sort} onSort={onSort} kind="c-label" />)}
            <Head column="summary" title={t('col.summary')} sort={sort} onSort={onSort} kind="c-sum" />
            {(compact ? (['since', 'state'] as const) : (['since', 'count', 'state'] as const)).map((name) => <Head key={name} column={name} title={t(`col.${name}` as Key)} sort={sort} onSort={onSort} kind={`c-${name}`} />)}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr class="space" aria-hidden="true"><td colSpan={span + 1} style={{height: `${before}px`}} /></tr>}
          {range(first, last, rows).map(([at, row]) => {
            const ids = idsOf(row);
            const on = ids.every((id) => selected.has(id));
            const marks = [row.kind === 'group' ? 'group' : `tone-${row.alert.rank}`, at === cursor.value ? 'cursor' : '', on ? 'on' : '', row.kind === 'alert' && row.alert.id === current ? 'current' : ''];
            return (
              <tr key={row.key} class={marks.join(' ')} aria-rowindex={at + 2} aria-selected={on}
                onClick={(event) => {
                  cursor.value = at;
                  if (row.kind === 'alert' && !(event.target as HTMLElement).closest('input, button')) onOpen(row.alert);
                }}>
                <td class="c-box"><input type="checkbox" checked={on} aria-label={t('select.one', row.kind === 'alert' ? row.alert.name : row.group.labels.map(([, value]) => value).join(' '))} onChange={() => onSelect(ids, !on)} /></td>
                {row.kind === 'alert' ? <AlertCells alert={row.alert} labels={labels} compact={compact} /> : <GroupCells group={row.group} open={row.open} span={span} onToggle={() => onToggle(row.key)} />}
              </tr>
            );
          })}
          {after > 0 && <tr class="space" aria-hidden="true"><td colSpan={span + 1} style={{height: `${after}px`}} /></tr>}
        </tbody>
      </table>
    </div>
  );
}
