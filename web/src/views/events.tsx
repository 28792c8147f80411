// The stream as it comes, with filters; an event opens what each rule made of it, and why.
import {useSignal} from '@preact/signals';
import {useEffect, useMemo, useRef} from 'preact/hooks';
import {getJson, getPatiently} from '../api/client';
import {now, plays, status} from '../api/live';
import {serverQuery} from '../lib/event-query';
import {EventStream} from '../lib/event-stream';
import {eventTester, type Explained, type Rejected, type WireEvent} from '../lib/events';
import {utc} from '../lib/settings';
import {t} from '../lib/texts';
import {durationText, shortTime, timeText} from '../lib/time';
import {change, param} from '../lib/url';
import {Explanation} from '../ui/explanation';
import {useFetched, Waiting} from '../ui/fetch';
import {SeverityMark} from '../ui/icons';
import {Link} from '../ui/link';
import {MatcherInput} from '../ui/matcher-input';
import {messageOf} from '../ui/toast';

const SHOWS = ['', 'matched', 'unmatched', 'rejected'] as const;
const ROWS = 200;
const VALUES = 200;

function valuesOf(events: readonly WireEvent[]): Map<string, string[]> {
  const out = new Map<string, Set<string>>();
  for (const name of ['source', 'type', 'subject', 'format', 'severity', 'sender', 'status', 'rule']) out.set(name, new Set());
  for (const event of events) {
    for (const [name, set] of out) {
      const value = name === 'rule' ? event.rules[0] : (event as unknown as Record<string, string | undefined>)[name];
      if (value && set.size < VALUES) set.add(value);
    }
  }
  return new Map([...out].map(([name, set]) => [name, [...set].sort()]));
}

function EventRow({event, open}: {event: WireEvent; open: boolean}) {
  const at = Date.parse(event.arrived);
  return (
    <tr class={open ? 'current' : ''}>
      <td><time dateTime={event.arrived} title={timeText(at, !utc())}>{shortTime(at, utc(), now.value)}</time></td>
      <td class="wide"><SeverityMark severity={event.severity ?? ''} /> <button class="link" onClick={() => change({id: event.id, at: String(event.offset)})}><bdi>{event.type || t('events.none.type')}</bdi></button></td>
      <td data-label={t('events.subject')}><bdi>{event.subject}</bdi></td>
      <td data-label={t('events.source')}><bdi>{event.source}</bdi> <small>{event.format}</small></td>
      <td data-label={t('events.rules')}>{event.rules.length > 0 ? <bdi>{event.rules.join(', ')}</bdi> : <span class="tag">{t('events.matched.none')}</span>}</td>
    </tr>
  );
}

function RejectedTable({needle}: {needle: string}) {
  // The status says how many there were: the list is read again when there are more.
  const {formats = [], sources = []} = status.value ?? {};
  const count = [...formats, ...sources].reduce((sum, one) => sum + one.rejected, 0);
  const list = useFetched<Rejected[]>((stop) => getJson('api/v1/rejected?limit=100', stop), `${count}`, 60);
  const rows = [...(list.data.value ?? [])].reverse().filter((one) => JSON.stringify(one).toLowerCase().includes(needle.toLowerCase()));
  return (
    <>
      <Waiting of={list} />
      {list.data.value && rows.length === 0 && <p class="nothing">{t('events.rejected.none')}</p>}
      <ul class="plain letters">{rows.map((one) => (
        <li key={one.sequence}>
          <time dateTime={one.time}>{shortTime(Date.parse(one.time), utc(), now.value)}</time> <b class="bad"><bdi>{one.reason}</bdi></b> <bdi>{one.message}</bdi> <small><bdi>{one.format} · {one.sender}</bdi></small>
          {one.body && <details><summary>{t('events.body')}</summary><pre tabIndex={0}><bdi>{one.body}</bdi></pre></details>}
        </li>
      ))}</ul>
      <p><small>{t('events.rejected.note')}</small></p>
    </>
  );
}

function Detail({id, offset, known}: {id: string; offset: number; known: WireEvent | undefined}) {
  const explained = useFetched<Explained[]>((stop) => getPatiently(`api/v1/explain?${offset >= 0 ? `offset=${offset}` : `id=${encodeURIComponent(id)}`}&all=true`, stop), `${id} ${offset}`, 3600);
  const found = explained.data.value?.filter((one) => one.rules) ?? [];
  const one = found.find((each) => each.offset === offset) ?? found.at(-1);
  const read = useFetched<WireEvent | undefined>(async (stop) => known ?? (one?.offset === undefined ? undefined : (await getJson<{events: WireEvent[]}>(`api/v1/events?from=${one.offset}&limit=1`, stop)).events[0]), `${id} ${one?.offset ?? ''}`, 3600);
  const event = known ?? read.data.value;
  return (
    <article class="story">
      <header><h2><bdi>{event?.type ?? id}</bdi></h2><button class="close" aria-label={t('close')} onClick={() => change({id: undefined, at: undefined})}>×</button></header>
      {event && (
        <>
          <dl>
            <dt>{t('events.subject')}</dt><dd><bdi>{event.subject || '—'}</bdi></dd>
            <dt>{t('events.source')}</dt><dd><bdi>{event.source}</bdi> <small>{event.format}, {t('events.from', event.sender)}</small></dd>
            <dt>{t('events.arrived')}</dt><dd>{timeText(Date.parse(event.arrived), utc())}</dd>
            {event.time && <><dt>{t('events.own')}</dt><dd>{timeText(Date.parse(event.time), utc())}{one?.time?.counts_as && one.time.counts_as !== 'right' && <b> · <bdi>{one.time.counts_as}</bdi></b>}</dd></>}
            {event.severity && <><dt>{t('col.severity')}</dt><dd><SeverityMark severity={event.severity} /> {event.severity}</dd></>}
            <dt>{t('story.id')}</dt><dd><code><bdi>{event.id}</bdi></code> <small>{t('events.offset', event.offset)}</small></dd>
          </dl>
          {plays.value && <div class="actions"><Link to="rules" params={{play: 'event', offset: String(event.offset)}}>{t('events.play')}</Link></div>}
          {event.data !== undefined && <details><summary>{t('events.data')}</summary><pre tabIndex={0}><bdi>{typeof event.data === 'string' ? event.data : JSON.stringify(event.data, null, 1)}</bdi></pre></details>}
        </>
      )}
      <Waiting of={explained} />
      {one && <Explanation of={one} />}
      {explained.data.value && !one && <p>{t('events.gone')}</p>}
    </article>
  );
}

const PAUSE = 300;

// What was typed last, when nobody has typed for a moment.
function useSettled(value: string): string {
  const settled = useSignal(value);
  useEffect(() => {
    const timer = setTimeout(() => { settled.value = value; }, PAUSE);
    return () => clearTimeout(timer);
  }, [value, settled]);
  return settled.value;
}

// A page that is not seen has no stream: a browser opens few connections to one daemon, for all of its tabs.
function useSeen(): boolean {
  const seen = useSignal(!document.hidden);
  useEffect(() => {
    const turned = () => { seen.value = !document.hidden; };
    document.addEventListener('visibilitychange', turned);
    return () => document.removeEventListener('visibilitychange', turned);
  }, [seen]);
  return seen.value;
}

function useStream(show: string, follow: boolean): EventStream {
  const query = serverQuery(useSettled(param('q')), show);
  const stream = useMemo(() => new EventStream(query, messageOf), [query]);
  const seen = useSeen();
  const wanted = follow && seen && show !== 'rejected';
  const before = useRef(stream);
  useEffect(() => {
    void stream.start();
    return () => stream.stop();
  }, [stream]);
  const begun = stream.begun.value;
  useEffect(() => {
    if (wanted && begun) stream.follow();
    else stream.pause();
  }, [stream, begun, wanted]);
  // Until the first of what is looked for was read, what was there before stays.
  if (begun && (!stream.reading.value || stream.events.value.length > 0)) before.current = stream;
  return before.current;
}

function Feed({of, follow}: {of: EventStream; follow: boolean}) {
  const end = status.value?.journal.end_offset ?? 0;
  const broken = of.broken.value;
  if (!follow) return <span class="live" role="status">{t('events.paused', Math.max(0, end - of.next.value))}</span>;
  if (broken) return <span class="live bad" role="status"><bdi>{t('events.broken', broken.why, durationText(Math.max(0, broken.again - now.value)))}</bdi></span>;
  if (of.old(now.value)) return <span class="live bad" role="status">{t('old', durationText(now.value - of.heardAt.value))}</span>;
  return of.feed.value === 'live' ? <span class="live good streamed" role="status">{t('live')}</span> : <span class="live" role="status">{t('loading')}</span>;
}

export function Events() {
  const show = param('show');
  const follow = param('follow', '1') === '1';
  const stream = useStream(show, follow);
  const text = useSignal(param('q'));
  const many = useSignal(ROWS);
  const test = eventTester(param('q'));
  const events = stream.events.value;
  const values = useMemo(() => valuesOf(events), [events]);
  const shown = useMemo(() => events.filter((one) => (show === '' || (show === 'matched') === one.rules.length > 0) && (!test || test(one))),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `test` depends on the parameter
    [events, show, param('q')]);
  const id = param('id');
  const offset = Number(param('at', '-1'));
  return (
    <div class={`now ${id ? 'with-story' : ''}`}>
      <div class="bar">
        <div class="options"><h1>{t('view.events')}</h1>
          <span class="modes" role="group" aria-label={t('events.show')}>{SHOWS.map((one) => <button key={one} aria-pressed={show === one} onClick={() => change({show: one})}>{t(`events.show.${one || 'all'}` as const)}</button>)}</span>
          {show !== 'rejected' && <><button aria-pressed={!follow} onClick={() => change({follow: follow ? '0' : undefined}, true)}>{t('events.pause')}</button><Feed of={stream} follow={follow} /></>}
        </div>
        <MatcherInput id="filter" value={text.value} values={values} label={t('filter')} hint={t('events.hint')} onChange={(said) => { text.value = said; change({q: said}, true); }} />
      </div>
      <div class="body">
        <div class="list fill" tabIndex={0} role="region" aria-label={t('view.events')}>
          {show === 'rejected' ? <RejectedTable needle={param('q')} /> : (
            <>
              <p class="sum" aria-live="polite">{t('events.count', shown.length, events.length, stream.next.value - stream.first.value)}</p>
              {stream.fault.value && <p class="fault" role="alert"><bdi>{stream.fault.value}</bdi></p>}
              {shown.length === 0 && !stream.reading.value && stream.begun.value && <p class="nothing">{t(events.length === 0 && show === '' && param('q') === '' ? 'events.none' : 'events.none.filter')}</p>}
              {shown.length > 0 && <table class="data">
                <thead><tr>{(['events.arrived', 'events.type', 'events.subject', 'events.source', 'events.rules'] as const).map((key) => <th key={key} scope="col">{t(key)}</th>)}</tr></thead>
                <tbody>{shown.slice(0, many.value).map((event) => <EventRow key={event.offset} event={event} open={event.offset === offset} />)}</tbody>
              </table>}
              <p class="actions">
                {shown.length > many.value && <button onClick={() => { many.value += ROWS; }}>{t('events.more', shown.length - many.value)}</button>}
                {!stream.atStart.value && !stream.full.value && <button disabled={stream.reading.value} onClick={() => void stream.readOlder()}>{t('events.older')}</button>}
                {stream.atStart.value && <small>{t('events.start')}</small>}
                {stream.full.value && <small>{t('events.full', events.length)}</small>}
              </p>
            </>
          )}
        </div>
        {id && <aside class="side" aria-label={t('events.one')}><Detail key={`${id} ${offset}`} id={id} offset={offset} known={events.find((one) => one.offset === offset)} /></aside>}
      </div>
    </div>
  );
}
