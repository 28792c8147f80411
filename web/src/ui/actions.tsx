// Acknowledge, silence, resolve: for one alert or for many, two clicks each.
import {signal, useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {alerts, refresh, silencesChanged} from '../api/live';
import {post, remove} from '../api/client';
import type {SilenceCheck, SilenceDraft} from '../api/types';
import {labelValues, type Alert} from '../lib/alerts';
import {matchersFor, matchersText, parseMatchers, type Matcher} from '../lib/matchers';
import {author, utc} from '../lib/settings';
import {draft, toWire} from '../lib/silence';
import {t} from '../lib/texts';
import {parseDuration, shortTime} from '../lib/time';
import {Dialog} from './dialog';
import {matcherFault, MatcherInput} from './matcher-input';
import {complain, messageOf, say} from './toast';

interface SilenceAsk {kind: 'silence'; matchers: string; lasts: string; comment: string; untilResolved: boolean; id?: string; startsAt?: string}
type Asked = {kind: 'ack' | 'resolve'; alerts: readonly Alert[]} | SilenceAsk;

const asked = signal<Asked | undefined>(undefined);

export function askAck(list: readonly Alert[]): void {
  asked.value = {kind: 'ack', alerts: list};
}
export function askResolve(list: readonly Alert[]): void {
  asked.value = {kind: 'resolve', alerts: list};
}
export function askSilence(matchers: readonly Matcher[]): void {
  asked.value = {kind: 'silence', matchers: matchersText(matchers), lasts: '2h', comment: '', untilResolved: false};
}
export function askSilenceOf(list: readonly Alert[]): void {
  askSilence(matchersFor(list.map((one) => one.labels)));
}
/** Edits a silence (with `id`), or makes one like it. */
export function askSilenceLike(ask: Omit<SilenceAsk, 'kind'>): void {
  asked.value = {kind: 'silence', ...ask};
}

function close(): void {
  asked.value = undefined;
}

const AT_ONCE = 6;

// Requests for each of the alerts, a few at a time; how many failed, and the first reason.
async function each(list: readonly Alert[], act: (alert: Alert) => Promise<unknown>): Promise<{failed: number; reason: string}> {
  const left = [...list];
  let failed = 0;
  let reason = '';
  const work = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      try {
        await act(one);
      } catch (fault) {
        failed++;
        reason ||= messageOf(fault);
      }
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, work));
  return {failed, reason};
}

function alertPath(id: string, verb: string): string {
  return `api/v1/alerts/${encodeURIComponent(id)}/${verb}`;
}

export async function unacknowledge(list: readonly Alert[]): Promise<void> {
  const by = author.value || 'page';
  const {failed, reason} = await each(list, (one) => post(alertPath(one.id, 'unacknowledge'), {by}));
  if (failed > 0) complain(t('done.failed', failed, list.length, reason));
  else say(t('done.unack'));
  await refresh();
}

function Author() {
  return (
    <label>{t('ask.by')}
      <input type="text" required maxLength={200} value={author.value} data-first={author.value ? undefined : ''} autocomplete="username"
        onInput={(event) => { author.value = event.currentTarget.value; }} />
    </label>
  );
}

function names(list: readonly Alert[]): string {
  const shown = list.slice(0, 3).map((one) => one.name).join(', ');
  return list.length === 1 ? shown : `${t('ask.count', list.length)}: ${shown}${list.length > 3 ? ' …' : ''}`;
}

function CareDialog({kind, list}: {kind: 'ack' | 'resolve'; list: readonly Alert[]}) {
  const comment = useSignal('');
  const lasts = useSignal('');
  const busy = useSignal(false);
  const wrong = lasts.value.trim() !== '' && parseDuration(lasts.value) === undefined;
  const submit = async () => {
    busy.value = true;
    const body = {by: author.value, comment: comment.value, ...(kind === 'ack' && lasts.value.trim() ? {for: lasts.value.replace(/\s/g, '')} : {})};
    const verb = kind === 'ack' ? 'acknowledge' : 'resolve';
    const {failed, reason} = await each(list, (one) => post(alertPath(one.id, verb), body));
    if (failed > 0) complain(t('done.failed', failed, list.length, reason));
    if (failed < list.length) say(t(kind === 'ack' ? 'done.ack' : 'done.resolve', list.length - failed), kind === 'ack' ? () => unacknowledge(list) : undefined);
    close();
    await refresh();
  };
  return (
    <Dialog title={`${t(kind === 'ack' ? 'do.ack' : 'do.resolve')}: ${names(list)}`} action={t(kind === 'ack' ? 'do.ack' : 'do.resolve')} danger={kind === 'resolve'}
      busy={busy.value} disabled={!author.value || wrong} onClose={close} onSubmit={() => void submit()}>
      <p>{t(kind === 'ack' ? 'ask.ack.text' : 'ask.resolve.text')}</p>
      <Author />
      <label>{t('ask.comment')}<input type="text" maxLength={1000} value={comment.value} onInput={(event) => { comment.value = event.currentTarget.value; }} /></label>
      {kind === 'ack' && (
        <label>{t('ask.for.ack')}
          <input type="text" value={lasts.value} class={wrong ? 'wrong' : ''} placeholder="4h" onInput={(event) => { lasts.value = event.currentTarget.value; }} />
        </label>
      )}
      {wrong && <p class="fault" role="alert">{t('ask.for.wrong')}</p>}
    </Dialog>
  );
}

/** What a silence hides, asked of the daemon while it is written. */
function Preview({silence}: {silence: SilenceDraft | undefined}) {
  const answer = useSignal<SilenceCheck | undefined>(undefined);
  const fault = useSignal('');
  const text = silence ? JSON.stringify([silence.matchers, Date.parse(silence.endsAt) - Date.parse(silence.startsAt)]) : '';
  useEffect(() => {
    answer.value = undefined;
    fault.value = '';
    if (!silence) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      post<SilenceCheck>('api/v1/silences/check', silence, stop.signal).then(
        (found) => { answer.value = found; },
        (said: unknown) => { if (!stop.signal.aborted) fault.value = messageOf(said); },
      );
    }, 250);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- times move with every drawing
  }, [text]);
  const seen = answer.value;
  if (fault.value) return <p class="fault" role="alert">{fault.value}</p>;
  if (!silence) return null;
  if (!seen) return <p class="preview" aria-live="polite">{t('preview.wait')}</p>;
  const week = Object.entries(seen.would_have_hidden.by_alertname).sort((a, b) => b[1] - a[1]).slice(0, 8);
  return (
    <div class="preview" aria-live="polite">
      <p><strong data-test="preview">{seen.matches.length > 0 ? t('preview', seen.matches.length) : t('preview.none')}</strong></p>
      <ul>{seen.matches.slice(0, 5).map((one) => <li key={one.id}><bdi>{one.annotations.summary ?? one.labels.alertname}</bdi></li>)}{seen.matches.length > 5 && <li>…</li>}</ul>
      <p>{t('preview.week', seen.would_have_hidden.alerts)}{week.length > 0 && ': '}<bdi>{week.map(([name, count]) => `${count} ${name}`).join(', ')}</bdi></p>
      <p>{t('preview.length', shortTime(Date.parse(silence.endsAt), utc(), Date.now()))}</p>
      {!seen.valid && <p class="fault" role="alert">{seen.error}</p>}
    </div>
  );
}

function SilenceDialog({ask}: {ask: SilenceAsk}) {
  const matchers = useSignal(ask.matchers);
  const lasts = useSignal(ask.lasts);
  const comment = useSignal(ask.comment);
  const untilResolved = useSignal(ask.untilResolved);
  const busy = useSignal(false);
  const length = parseDuration(lasts.value);
  const made = (): SilenceDraft | undefined => {
    if (length === undefined || matcherFault(matchers.value) || !matchers.value.trim()) return undefined;
    const start = ask.startsAt ? Date.parse(ask.startsAt) : Date.now();
    const out = draft(parseMatchers(matchers.value), length, author.value || 'page', comment.value, start);
    return {...out, ...(ask.id ? {id: ask.id} : {}), untilResolved: untilResolved.value};
  };
  const silence = made();
  const submit = async () => {
    if (!silence) return;
    busy.value = true;
    try {
      const {silenceID} = await post<{silenceID: string}>('api/v2/silences', {...silence, createdBy: author.value});
      say(t('done.silence'), ask.id ? undefined : async () => {
        await remove(`api/v2/silence/${encodeURIComponent(silenceID)}`);
        silencesChanged.value++;
        say(t('done.undo'));
        await refresh();
      });
      close();
      silencesChanged.value++;
      await refresh();
    } catch (fault) {
      complain(messageOf(fault));
    }
    busy.value = false;
  };
  return (
    <Dialog title={t(ask.id ? 'do.edit' : 'do.silence')} action={t('do.silence')} busy={busy.value} disabled={!silence || !author.value} onClose={close} onSubmit={() => void submit()}>
      <label>{t('ask.matchers')}</label>
      <MatcherInput value={matchers.value} values={labelValues(alerts.value)} label={t('ask.matchers')} onChange={(text) => { matchers.value = text; }} />
      <Preview silence={silence ? {...silence, matchers: toWire(parseMatchers(matchers.value))} : undefined} />
      <Author />
      <label>{t('ask.for')}
        <input type="text" value={lasts.value} class={length === undefined ? 'wrong' : ''} list="lengths" onInput={(event) => { lasts.value = event.currentTarget.value; }} />
      </label>
      <div class="choices">{['30m', '2h', '8h', '1d', '7d'].map((one) => <button key={one} type="button" aria-pressed={lasts.value === one} onClick={() => { lasts.value = one; }}>{one}</button>)}</div>
      {length === undefined && <p class="fault" role="alert">{t('ask.for.wrong')}</p>}
      <label>{t('ask.comment')}<input type="text" maxLength={1000} value={comment.value} onInput={(event) => { comment.value = event.currentTarget.value; }} /></label>
      <label class="check"><input type="checkbox" checked={untilResolved.value} onChange={(event) => { untilResolved.value = event.currentTarget.checked; }} />{t('ask.until.resolved')}</label>
    </Dialog>
  );
}

export function Dialogs() {
  const ask = asked.value;
  if (!ask) return null;
  return ask.kind === 'silence' ? <SilenceDialog ask={ask} /> : <CareDialog kind={ask.kind} list={ask.alerts} />;
}

