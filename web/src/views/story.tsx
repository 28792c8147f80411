// One alert: what it is, why people are notified of it or not, and what became of it.
import {signal, useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {alerts, canChange, commented, now, takesComments} from '../api/live';
import {getJson, getPage, post} from '../api/client';
import type {HistoryEntry, PastAlert, Reference, Silence, WireAlert} from '../api/types';
import {alertOf, type Alert} from '../lib/alerts';
import {matcherText, matchersText, nameFirst} from '../lib/matchers';
import {author, utc} from '../lib/settings';
import {textOf} from '../lib/silence';
import {agoText, t, word} from '../lib/texts';
import {shortTime, timeText} from '../lib/time';
import {href} from '../lib/url';
import {askAck, askResolve, askSilence, askSilenceOf, unacknowledge} from '../ui/actions';
import {SeverityMark, SilenceIcon} from '../ui/icons';
import {Link} from '../ui/link';
import {complain, messageOf, say} from '../ui/toast';

const PAGE = 100;

function pastOf(past: PastAlert): Alert {
  const wire: WireAlert = {
    id: past.id, rule: past.rule, labels: past.labels, annotations: past.annotations,
    startsAt: past.starts_at ?? '', endsAt: past.ends_at ?? '', updatedAt: '', lastSeen: past.last_seen ?? '',
    fingerprint: '', count: past.count, reason: past.reason, late: false, receivers: [],
    status: {state: past.state === 'firing' ? 'active' : 'resolved', silencedBy: [], inhibitedBy: [], mutedBy: []},
  };
  return alertOf(wire);
}

/** A web address is a link; anything else is text. */
function Text({text}: {text: string}) {
  return /^https?:\/\/\S+$/.test(text) ? <a href={text} target="_blank" rel="noopener noreferrer"><bdi>{text}</bdi></a> : <bdi class="text">{text}</bdi>;
}

function When({at}: {at: string | undefined}) {
  const ms = Date.parse(at ?? '');
  if (!Number.isFinite(ms) || ms < 0) return <>—</>;
  const away = now.value - ms;
  return <time dateTime={at} title={timeText(ms, !utc())}>{timeText(ms, utc())} <small>({agoText(away)})</small></time>;
}

function References({list}: {list: readonly Reference[]}) {
  return <ul class="plain">{list.slice(0, 50).map((one) => <li key={one.id}><Link to="alert" params={{id: one.id}}><bdi>{one.rule}</bdi></Link> <small><bdi>{one.key}</bdi></small></li>)}</ul>;
}

const silenceTexts = signal<Readonly<Record<string, Silence>>>({});

function SilencedBy({id}: {id: string}) {
  const known = silenceTexts.value[id];
  useEffect(() => {
    if (known) return;
    getJson<Silence>(`api/v2/silence/${encodeURIComponent(id)}`).then((found) => { silenceTexts.value = {...silenceTexts.value, [id]: found}; }, () => undefined);
  }, [id, known]);
  return (
    <li>{t('story.silenced')}: <Link to="silences" params={{id}}><bdi>{known ? textOf(known) : id}</bdi></Link>
      {known && <> {t('story.until', shortTime(Date.parse(known.endsAt), utc(), now.value))} {t('story.by', known.createdBy)} <i><bdi>{known.comment}</bdi></i></>}
    </li>
  );
}

function Quiet({wire}: {wire: WireAlert}) {
  const {silencedBy, inhibitedBy, mutedBy = [], noIntegration = []} = wire.status;
  const waiting = wire.waitingFor ?? [];
  if (silencedBy.length + inhibitedBy.length + mutedBy.length + noIntegration.length + waiting.length === 0) return null;
  return (
    <section class="quiet">
      <h3>{t('story.quiet')}</h3>
      <ul class="plain">
        {silencedBy.map((id) => <SilencedBy key={id} id={id} />)}
        {inhibitedBy.length > 0 && <li><bdi>{t('story.inhibited', inhibitedBy.join(', '))}</bdi></li>}
        {mutedBy.length > 0 && <li><bdi>{t('story.muted', mutedBy.join(', '))}</bdi></li>}
        {noIntegration.map((name) => <li key={name}><bdi>{t('story.no_integration', name)}</bdi></li>)}
        {waiting.length > 0 && <li><bdi>{t('story.waiting', waiting.join(', '))}</bdi></li>}
      </ul>
    </section>
  );
}

function Labels({alert}: {alert: Alert}) {
  return (
    <ul class="labels">
      {Object.entries(alert.labels).sort((a, b) => nameFirst(a[0], b[0])).map(([name, value]) => (
        <li key={name}>
          <Link to="" params={{q: matcherText({name, op: '=', value}), suppressed: '1'}} title={t('story.filter', `${name}=${value.slice(0, 80)}`)}><i>{name}</i> <bdi>{value}</bdi></Link>
          {canChange() && <button class="small" title={t('story.silence.label', `${name}=${value.slice(0, 80)}`)} aria-label={t('story.silence.label', `${name}=${value.slice(0, 80)}`)}
            onClick={() => askSilence([{name, op: '=', value}])}><SilenceIcon /></button>}
        </li>
      ))}
    </ul>
  );
}

function sentence(entry: HistoryEntry): string {
  const by = Array.isArray(entry.by) ? entry.by.join(', ') : (entry.by ?? '');
  const parts: string[] = [];
  if (entry.kind === 'notification') parts.push(entry.target ?? '', word('outcome', entry.outcome ?? ''), entry.detail ?? '', entry.answer ?? '', (entry.attempts ?? 1) > 1 ? `× ${entry.attempts ?? 1}` : '');
  else if (entry.kind === 'suppressed') parts.push(entry.receiver ?? '', word('why', entry.why ?? ''), by);
  else parts.push(entry.after?.annotations.stage ?? '', word('reason', entry.after?.reason ?? ''), by ? t('story.by', by) : '', entry.comment ?? '');
  return parts.filter((one) => one !== '').join(' · ');
}

/** What an alert is called in a list of entries: by name and by what tells it apart. */
export interface Named {name: string; summary: string}

export function Entry({entry, named}: {entry: HistoryEntry; named?: Named}) {
  const bad = entry.outcome === 'dead' || entry.outcome === 'lost';
  return (
    <li class={`entry k-${/^\w+$/.test(entry.kind) ? entry.kind : 'other'} ${bad ? 'bad' : ''}`}>
      <time dateTime={entry.at} title={timeText(Date.parse(entry.at), !utc())}>{shortTime(Date.parse(entry.at), utc(), now.value)}</time>
      <b>{word('kind', entry.kind)}</b>
      <span class="what">{named && <><Link to="alert" params={{id: entry.alert}}><bdi>{named.name}</bdi></Link> <bdi>{named.summary}</bdi> </>}<bdi class={named ? 'said' : ''}>{sentence(entry)}</bdi></span>
    </li>
  );
}

function Actions({alert}: {alert: Alert}) {
  const address = new URL(href('alert', {id: alert.id}), location.href).href;
  const copy = () => { navigator.clipboard.writeText(address).then(() => say(t('done.copied')), () => complain(address)); };
  return (
    <div class="actions">
      {alert.state !== 'resolved' && canChange() && (
        <>
          {alert.acknowledged ? <button onClick={() => void unacknowledge([alert])}>{t('do.unack')}</button> : <button class="primary" onClick={() => askAck([alert])}>{t('do.ack')}</button>}
          <button onClick={() => askSilenceOf([alert])}>{t('do.silence')}</button>
          <button onClick={() => askResolve([alert])}>{t('do.resolve')}</button>
        </>
      )}
      <button onClick={copy}>{t('story.copy')}</button>
      <Link to="routing" params={{labels: matchersText(Object.entries(alert.labels).map(([name, value]) => ({name, op: '=' as const, value})))}}>{t('story.routing')}</Link>
    </div>
  );
}

function Facts({alert}: {alert: Alert}) {
  const {wire} = alert;
  const over = alert.state === 'resolved';
  return (
    <dl>
      <dt>{t('story.since')}</dt><dd><When at={wire.startsAt} /></dd>
      <dt>{t('story.last')}</dt><dd><When at={wire.lastSeen} /></dd>
      <dt>{t('story.count')}</dt><dd>{wire.count}</dd>
      {over ? <><dt>{t('story.ended')}</dt><dd><When at={wire.endsAt} /></dd><dt>{t('story.how')}</dt><dd><bdi>{word('reason', wire.reason)}</bdi></dd></>
        : !wire.endsAt.startsWith('0001') && <><dt>{t('story.ends')}</dt><dd><When at={wire.endsAt} /></dd></>}
      {wire.receivers.length > 0 && <><dt>{t('story.receivers')}</dt><dd><bdi>{wire.receivers.map((one) => one.name).join(', ')}</bdi></dd></>}
      <dt>{t('story.rule')}</dt><dd><bdi>{wire.rule || '—'}</bdi></dd>
      <dt>{t('story.id')}</dt><dd><code>{alert.id}</code></dd>
    </dl>
  );
}

const SHOWN = new Set(['summary', 'description', 'runbook', 'runbook_url', 'stage']);

function Details({alert}: {alert: Alert}) {
  const {wire} = alert;
  const {description, runbook, runbook_url: address} = wire.annotations;
  const more = Object.entries(wire.annotations).filter(([name]) => !SHOWN.has(name));
  const part = [...(wire.absorbedBy ?? []), ...(wire.memberOf ?? [])];
  return (
    <>
      {wire.acknowledged && <p class="acked">{t('story.acked', wire.acknowledged.by)}{wire.acknowledged.until && ` ${t('story.until', shortTime(Date.parse(wire.acknowledged.until), utc(), now.value))}`} <i><bdi>{wire.acknowledged.comment}</bdi></i></p>}
      <Quiet wire={wire} />
      {(runbook ?? address) && <section class="runbook"><h3>{t('story.runbook')}</h3><p><Text text={runbook ?? ''} /> {address && <Text text={address} />}</p></section>}
      {description && <section><h3>{t('story.description')}</h3><p><Text text={description} /></p></section>}
      <Facts alert={alert} />
      {part.length > 0 && <section><h3>{t('story.absorbed')}</h3><References list={part} /></section>}
      {wire.members && <section><h3>{t('story.members', wire.membersCount ?? wire.members.length)}</h3><References list={wire.members} /></section>}
      <section><h3>{t('story.labels')}</h3><Labels alert={alert} /></section>
      {more.length > 0 && <section><h3>{t('story.annotations')}</h3><dl>{more.map(([name, value]) => [<dt key={name}><bdi>{name}</bdi></dt>, <dd key={`${name}=`}><Text text={value} /></dd>])}</dl></section>}
    </>
  );
}

function Comment({id, onDone}: {id: string; onDone: () => void}) {
  const text = useSignal('');
  const busy = useSignal(false);
  const submit = async () => {
    busy.value = true;
    try {
      await post(`api/v1/alerts/${encodeURIComponent(id)}/comments`, {text: text.value, by: author.value});
      text.value = '';
      onDone();
    } catch (fault) {
      complain(messageOf(fault));
    }
    busy.value = false;
  };
  return (
    <form class="comment" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <input type="text" aria-label={t('comment')} placeholder={t('comment.hint')} maxLength={1000} value={text.value} onInput={(event) => { text.value = event.currentTarget.value; }} />
      {text.value && <input type="text" class="short" aria-label={t('ask.by')} placeholder={t('ask.by')} value={author.value} onInput={(event) => { author.value = event.currentTarget.value; }} />}
      <button disabled={busy.value || !text.value.trim() || !author.value}>{t('comment')}</button>
    </form>
  );
}

export function Story({id, onClose}: {id: string; onClose?: () => void}) {
  const entries = useSignal<readonly HistoryEntry[] | undefined>(undefined);
  const next = useSignal<string | undefined>(undefined);
  const live = alerts.value.find((one) => one.id === id);
  const said = useSignal(0);
  const heard = commented.value;
  useEffect(() => {
    if (heard.includes(id)) said.value++;
  }, [heard, id, said]);
  const mark = live ? `${said.value} ${live.wire.updatedAt} ${live.wire.acknowledged?.at ?? ''} ${live.state}` : `over ${said.value}`;

  const read = (query: string, behind: readonly HistoryEntry[]) =>
    getPage<HistoryEntry>('api/v1/history', query).then(
      (page) => {
        entries.value = [...behind, ...page.items];
        next.value = page.next;
      },
      (fault: unknown) => {
        entries.value = behind;
        complain(messageOf(fault));
      },
    );
  useEffect(() => {
    void read(`alert=${encodeURIComponent(id)}&limit=${PAGE}`, []);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- read again when the alert has changed
  }, [id, mark]);

  const newest = entries.value?.find((one) => one.after)?.after;
  const alert = live ?? (newest ? pastOf(newest) : undefined);
  const title = alert?.name ?? id;
  return (
    <article class="story">
      <header>
        {alert && <SeverityMark severity={alert.severity} />}
        <h2><bdi>{title}</bdi></h2>
        {alert && <span class={`tag ${alert.state}`}><bdi>{alert.severity}</bdi> {word('state', alert.state === 'active' && alert.acknowledged ? 'acknowledged' : alert.state)}</span>}
        {onClose && <button class="close" aria-label={t('close')} onClick={onClose}>×</button>}
      </header>
      {!alert && <p>{entries.value ? t('story.gone') : t('loading')}</p>}
      {alert && (
        <>
          <p class="summary"><Text text={alert.summary} /></p>
          <Actions alert={alert} />
          <Details alert={alert} />
        </>
      )}
      {alert && (
        <section>
          <h3>{t('story.timeline')}</h3>
          {canChange() && takesComments.value && <Comment id={id} onDone={() => { said.value++; }} />}
          <ol class="timeline">{(entries.value ?? []).map((entry, index) => <Entry key={`${entry.offset} ${entry.kind} ${entry.target ?? entry.receiver ?? ''} ${index}`} entry={entry} />)}</ol>
          {entries.value?.length === 0 && <p>{t('story.timeline.none')}</p>}
          {next.value && <button onClick={() => void read(next.value ?? '', entries.value ?? [])}>{t('story.more')}</button>}
        </section>
      )}
    </article>
  );
}
