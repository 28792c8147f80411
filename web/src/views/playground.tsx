// A place to try: an event of any format, a change of a rule file; what matches, what its tests say, and what the change would have done to the last days.
import {useSignal, type Signal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {ApiError, getJson, post} from '../api/client';
import type {Verdict, WireEvent} from '../lib/events';
import {ruleNames} from '../lib/playground';
import {t} from '../lib/texts';
import {param} from '../lib/url';
import {Backtest} from '../ui/backtest';
import {FailedClause} from '../ui/explanation';
import {messageOf} from '../ui/toast';

interface Fault {level: string; file: string; line: number; column: number; message: string}
interface Tried {
  format: string | null;
  compiled: boolean;
  faults: Fault[];
  events: {text: string; rules?: (Verdict & {near?: boolean; why?: string; place?: string})[]}[];
  rejected: {index: number; error: string; message: string}[];
  tests?: {file: string; line: number; name: string; passed: boolean; difference: string}[];
  tests_left_out?: number;
}
interface RuleFile {file: string; text: string}

const FORMATS = ['', 'cloudevents', 'ces', 'alertmanager', 'redfish', 'smn', 'sns', 'eventbridge', 'eventgrid', 'syslog'];
const PAUSE = 600;
const NEAR = 8;
const AGAIN = 1000;

function cloudEvent({id, source, type, subject, time, data}: WireEvent): string {
  return JSON.stringify({specversion: '1.0', id, source, type, subject, ...(time ? {time} : {}), ...(data === undefined ? {} : {data})}, null, 1);
}

// What stands in the fields at first: an event of the journal, the file of a rule.
async function load(event: Signal<string>, file: Signal<string>, text: Signal<string>): Promise<void> {
  const offset = param('offset');
  if (offset && !event.value) {
    const [found] = (await getJson<{events: WireEvent[]}>(`api/v1/events?from=${encodeURIComponent(offset)}&limit=1`)).events;
    if (found) event.value = cloudEvent(found);
  }
  const rule = param('rule');
  if (!rule || text.value) return;
  const {place = ''} = await getJson<{place?: string}>(`api/v1/rules/${encodeURIComponent(rule)}`);
  const name = place.replace(/:\d+:\d+$/, '');
  if (!name) return;
  const found = await getJson<RuleFile>(`api/v1/rule-files?file=${encodeURIComponent(name)}`);
  file.value = found.file;
  text.value = found.text;
}

function Faults({list}: {list: readonly Fault[]}) {
  return <ul class="plain">{list.map((one, at) => <li key={at} class={`verdict ${one.level === 'error' ? 'bad' : ''}`}><bdi><code>{one.file}{one.line > 0 && `:${one.line}:${one.column}`}</code></bdi> <bdi>{one.message}</bdi></li>)}</ul>;
}

// A rule that was edited, of which the event passes no test: the daemon does not list it.
function Far({names}: {names: readonly string[]}) {
  if (names.length === 0) return null;
  return <ul class="plain" data-test="far">{names.map((name) => <li key={name} class="verdict"><b><bdi>{name}</bdi></b> {t('play.rule.none')}</li>)}</ul>;
}

function Outcome({of, edited}: {of: Tried; edited: readonly string[]}) {
  return (
    <div aria-live="polite">
      {of.faults.length > 0 && <Faults list={of.faults} />}
      {of.rejected.map((one) => <p key={one.index} class="fault"><bdi>{one.message}</bdi></p>)}
      {of.events.map((event, at) => {
        const {rules = []} = event;  // none where the rules do not compile
        const yes = rules.filter((one) => one.verdict !== 'none');
        const missed = rules.filter((one) => one.verdict === 'none' && one.near);
        const near = [...missed.filter((one) => edited.includes(one.alert)), ...missed.filter((one) => !edited.includes(one.alert)).slice(0, NEAR)];
        const far = event.rules ? edited.filter((name) => !rules.some((one) => one.alert === name)) : [];
        return (
          <section key={at}>
            <h3><bdi>{event.text}</bdi></h3>
            {event.rules && yes.length === 0 && <p>{t('explain.matched.none')}</p>}
            <ul class="plain" data-test="matches">{yes.map((one) => <li key={one.alert} class="verdict yes"><b><bdi>{one.alert}</bdi></b> <bdi>{one.verdict}</bdi></li>)}</ul>
            <Far names={far} />
            {near.length > 0 && <details open={yes.length === 0}><summary>{t('explain.near')}</summary><ul class="plain">{near.map((one) => (
              <li key={one.alert} class="verdict"><b><bdi>{one.alert}</bdi></b><ul>{(one.match?.failed ?? []).slice(0, 4).map((failed) => <FailedClause key={`${failed.path} ${failed.place}`} failed={failed} />)}</ul></li>
            ))}</ul></details>}
          </section>
        );
      })}
      {of.tests && (
        <section>
          <h3>{t('play.tests', of.tests.filter((one) => one.passed).length, of.tests.length)}</h3>
          <ul class="plain">{of.tests.map((one) => <li key={`${one.file} ${one.line}`} class={`verdict ${one.passed ? 'yes' : ''}`}>{one.passed ? '✓' : '✗'} <bdi>{one.name}</bdi> <small><bdi>{one.file}:{one.line}</bdi></small>{!one.passed && <pre tabIndex={0}><bdi>{one.difference}</bdi></pre>}</li>)}</ul>
          {(of.tests_left_out ?? 0) > 0 && <p>{t('play.left', of.tests_left_out ?? 0)}</p>}
        </section>
      )}
    </div>
  );
}

export function Playground() {
  const event = useSignal('');
  const format = useSignal('');
  const file = useSignal('');
  const text = useSignal('');
  const tests = useSignal(false);
  const answer = useSignal<Tried | undefined>(undefined);
  const fault = useSignal('');
  const busy = useSignal(false);
  useEffect(() => { load(event, file, text).catch((said: unknown) => { fault.value = messageOf(said); }); }, [event, file, text, fault]);
  const rules = text.value.trim() ? [{file: file.value || 'playground.yaml', text: text.value}] : [];
  const attempt = async (stop: AbortSignal) => {
    busy.value = true;
    try {
      const body = {...(event.value.trim() ? {event: event.value} : {}), ...(format.value ? {format: format.value} : {}), ...(rules.length > 0 ? {rules, tests: tests.value} : {})};
      answer.value = await post<Tried>('api/v1/playground', body, stop);
      fault.value = '';
    } catch (said) {
      if (stop.aborted) return;
      // One at a time: also what was given up here may still be worked on there.
      if (said instanceof ApiError && said.status === 429) {
        fault.value = messageOf(said);
        setTimeout(() => { if (!stop.aborted) void attempt(stop); }, said.retryAfter ?? AGAIN);
        return;
      }
      answer.value = undefined;
      fault.value = messageOf(said);
    }
    busy.value = false;
  };
  // Tried when nobody has typed for a moment.
  useEffect(() => {
    if (!event.value.trim() && !text.value.trim()) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => void attempt(stop.signal), PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is tried
  }, [event.value, format.value, text.value, file.value, tests.value]);
  return (
    <section class="play">
      <h2>{t('play')}</h2>
      <p><small>{t('play.note')}</small></p>
      <div class="play-fields">
        <label>{t('play.event')}<textarea rows={14} spellcheck={false} value={event.value} onInput={(said) => { event.value = said.currentTarget.value; }} /></label>
        <label>{t('play.rules')} <bdi><code>{file.value}</code></bdi><textarea rows={14} spellcheck={false} value={text.value} onInput={(said) => { text.value = said.currentTarget.value; }} /></label>
      </div>
      <div class="options">
        <label class="field">{t('play.format')}<select value={format.value} onChange={(said) => { format.value = said.currentTarget.value; }}>{FORMATS.map((one) => <option key={one} value={one}>{one || t('play.guess')}</option>)}</select></label>
        <label class="check"><input type="checkbox" checked={tests.value} onChange={() => { tests.value = !tests.value; }} />{t('play.run')}</label>
        {busy.value && <span role="status">{t('loading')}</span>}
        {answer.value?.format && <span class="tag">{answer.value.format}</span>}
      </div>
      {fault.value && <p class="fault" role="alert"><bdi>{fault.value}</bdi></p>}
      {answer.value && <Outcome of={answer.value} edited={ruleNames(text.value)} />}
      <Backtest rules={rules} ready={answer.value?.compiled !== false} />
    </section>
  );
}
