// Silences: what hides alerts, until when, and why; made, edited, extended, ended, made again.
import {useSignal} from '@preact/signals';
import {alerts, canChange, now, refresh, silencesChanged} from '../api/live';
import {getJson, post, remove} from '../api/client';
import type {Silence} from '../api/types';
import {utc} from '../lib/settings';
import {lengthOf, textOf} from '../lib/silence';
import {agoText, t, word} from '../lib/texts';
import {durationText, shortTime, timeText} from '../lib/time';
import {change, param} from '../lib/url';
import {askSilence, askSilenceLike} from '../ui/actions';
import {useFetched, Waiting} from '../ui/fetch';
import {Link} from '../ui/link';
import {complain, messageOf, say} from '../ui/toast';

const MORE = 2 * 3_600_000;

function When({at}: {at: string}) {
  const ms = Date.parse(at);
  const away = ms - now.value;
  return <time dateTime={at} title={timeText(ms, !utc())}>{shortTime(ms, utc(), now.value)} <small>({agoText(-away)})</small></time>;
}

async function expire(silence: Silence): Promise<void> {
  await remove(`api/v2/silence/${encodeURIComponent(silence.id)}`);
  say(t('done.expire'), async () => {
    const {matchers, createdBy, comment, endsAt, untilResolved = false} = silence;
    await post('api/v2/silences', {matchers, createdBy, comment, startsAt: new Date().toISOString(), endsAt, untilResolved});
    say(t('done.undo'));
    silencesChanged.value++;
  });
}

async function extend(silence: Silence): Promise<void> {
  const endsAt = new Date(Math.max(Date.now(), Date.parse(silence.endsAt)) + MORE).toISOString();
  await post('api/v2/silences', {...silence, endsAt});
  say(t('done.extend', shortTime(Date.parse(endsAt), utc(), Date.now())));
}

function Buttons({silence}: {silence: Silence}) {
  const busy = useSignal(false);
  const act = (work: (one: Silence) => Promise<void>) => {
    busy.value = true;
    work(silence).catch((fault: unknown) => complain(messageOf(fault))).finally(() => {
      busy.value = false;
      silencesChanged.value++;
      void refresh();
    });
  };
  const like = (id?: string) => {
    const starts = Date.parse(silence.startsAt);
    askSilenceLike({
      matchers: textOf(silence), comment: silence.comment, untilResolved: silence.untilResolved ?? false,
      lasts: durationText(lengthOf(silence, Date.now())),
      ...(id ? {id} : {}), ...(id && starts > Date.now() ? {startsAt: silence.startsAt} : {}),
    });
  };
  if (!canChange()) return null;
  if (silence.status.state === 'expired') return <button onClick={() => like()}>{t('do.again')}</button>;
  return (
    <>
      <button disabled={busy.value} onClick={() => like(silence.id)}>{t('do.edit')}</button>
      <button disabled={busy.value} onClick={() => act(extend)}>{t('do.extend')} 2h</button>
      <button disabled={busy.value} onClick={() => act(expire)}>{t('do.expire')}</button>
    </>
  );
}

function Row({silence}: {silence: Silence}) {
  const text = textOf(silence);
  const hidden = alerts.value.filter((one) => one.wire.status.silencedBy.includes(silence.id)).length;
  return (
    <tr class={silence.id === param('id') ? 'current' : ''} data-silence={silence.id}>
      <td><span class={`tag silence-${silence.status.state}`}>{word('state', silence.status.state === 'active' ? 'running' : silence.status.state)}</span></td>
      <td class="wide"><code><bdi>{text}</bdi></code></td>
      <td class="number" data-label={t('silences.hides')}>{silence.status.state === 'active' ? <Link to="" params={{q: text, suppressed: '1'}}>{hidden}</Link> : '—'}</td>
      <td data-label={t(silence.status.state === 'pending' ? 'silences.begins' : 'silences.ends')}><When at={silence.status.state === 'pending' ? silence.startsAt : silence.endsAt} />{silence.untilResolved && <small> {t('silences.until')}</small>}</td>
      <td data-label={t('silences.by')}><bdi>{silence.createdBy}</bdi></td>
      <td class="wide" data-label={t('silences.comment')}><bdi>{silence.comment}</bdi></td>
      <td><div class="row-buttons"><Buttons silence={silence} /></div></td>
    </tr>
  );
}

export function Silences() {
  const expired = param('expired') === '1';
  const list = useFetched<Silence[]>((stop) => getJson(`api/v2/silences?expired=${expired ? 'true' : 'false'}`, stop), `${expired ? 1 : 0} ${silencesChanged.value}`, 5);
  const needle = param('q').toLowerCase();
  const shown = (list.data.value ?? []).filter((one) => `${textOf(one)} ${one.createdBy} ${one.comment}`.toLowerCase().includes(needle));
  return (
    <div class="view">
      <header>
        <h1>{t('view.silences')}</h1>
        {canChange() && <button class="primary" onClick={() => askSilence([])}>{t('do.new')}</button>}
        <input type="search" value={param('q')} placeholder={t('filter')} aria-label={t('filter')} onInput={(event) => change({q: event.currentTarget.value}, true)} />
        <label class="check"><input type="checkbox" checked={expired} onChange={() => change({expired: expired ? undefined : '1'})} />{t('silences.expired')}</label>
      </header>
      <Waiting of={list} />
      {list.data.value && shown.length === 0 && <p class="nothing">{t('silences.none')}</p>}
      {shown.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={t('view.silences')}>
          <table class="data">
            <thead><tr>{(['col.state', 'silences.matchers', 'silences.hides', 'silences.ends', 'silences.by', 'silences.comment'] as const).map((key) => <th key={key} scope="col">{t(key)}</th>)}<td /></tr></thead>
            <tbody>{shown.map((one) => <Row key={one.id} silence={one} />)}</tbody>
          </table>
        </div>
      )}
    </div>
  );
}

