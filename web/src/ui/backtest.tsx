// What a change of the rules would have done to the last days: begun, followed, cancelled, and shown as a chart.
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {ApiError, getJson, post, remove} from '../api/client';
import {dayBars} from '../lib/backtest';
import type {Day} from '../lib/backtest';
import {t} from '../lib/texts';
import {complain, messageOf} from './toast';

interface PastOne {rule: string; key: string; severity: string; starts_at: string}
interface Figures {alerts: number; alerts_a_day: number; pages_a_night: number}
interface Result {
  from: string;
  to: string;
  events: number;
  partial?: boolean;
  before: Figures;
  after: Figures;
  counts: {added: number; removed: number; moved: number};
  added: PastOne[];
  removed: PastOne[];
  days: Day[];
}
interface Job {id: string; state: 'running' | 'done' | 'failed' | 'cancelled'; progress: {records: number; share: number}; error?: {message: string}; result?: Result}

const ASK = 700;
const SHOWN = 50;

function Chart({days, kind}: {days: readonly Day[]; kind: 'alerts' | 'pages'}) {
  const {bars, most} = dayBars(days, kind, 600, 90);
  return (
    <figure>
      <figcaption>{t(kind === 'alerts' ? 'back.alerts' : 'back.pages', most)}</figcaption>
      <svg viewBox="0 0 600 110" role="img" aria-label={t(kind === 'alerts' ? 'back.alerts' : 'back.pages', most)}>
        {bars.map((one) => <g key={one.day}><rect class="b-before" x={one.x} y={90 - one.before} width={one.width} height={one.before}><title>{`${one.day}: ${one.was} → ${one.will}`}</title></rect><rect class="b-after" x={one.x + one.width} y={90 - one.after} width={one.width} height={one.after}><title>{`${one.day}: ${one.was} → ${one.will}`}</title></rect>{one.label && <text x={one.x} y="104">{one.day.slice(5)}</text>}</g>)}
      </svg>
      <table class="sr"><caption>{t(kind === 'alerts' ? 'back.alerts' : 'back.pages', most)}</caption><tbody>{bars.map((one) => <tr key={one.day}><th scope="row">{one.day}</th><td>{one.was}</td><td>{one.will}</td></tr>)}</tbody></table>
    </figure>
  );
}

function List({title, list}: {title: string; list: readonly PastOne[]}) {
  if (list.length === 0) return null;
  return <details><summary>{title}</summary><ul class="plain">{list.slice(0, SHOWN).map((one, at) => <li key={at}>{one.starts_at.slice(0, 16)} {one.severity} <b><bdi>{one.rule}</bdi></b> <small><bdi>{one.key}</bdi></small></li>)}</ul></details>;
}

function Found({of}: {of: Result}) {
  return (
    <>
      <p data-test="backtest"><b>{t('back.counts', of.counts.added, of.counts.removed, of.counts.moved)}</b> {t(Date.parse(of.to) - Date.parse(of.from) < 86_400_000 ? 'back.short' : 'back.sum', of.events, of.before.alerts, of.after.alerts, of.before.pages_a_night, of.after.pages_a_night)}{of.partial && <b> {t('back.partial')}</b>}</p>
      <p><small><span class="k-before" /> {t('back.before')} <span class="k-after" /> {t('back.after')}</small></p>
      <div class="flow"><Chart days={of.days} kind="alerts" /><Chart days={of.days} kind="pages" /></div>
      <List title={t('back.added', of.counts.added)} list={of.added} />
      <List title={t('back.removed', of.counts.removed)} list={of.removed} />
    </>
  );
}

export function Backtest({rules, ready}: {rules: readonly {file: string; text: string}[]; ready: boolean}) {
  const job = useSignal<Job | undefined>(undefined);
  const last = useSignal('7d');
  const id = job.value?.state === 'running' ? job.value.id : '';
  useEffect(() => {
    if (!id) return undefined;
    const timer = setInterval(() => {
      getJson<Job>(`api/v1/backtest/${encodeURIComponent(id)}`).then((found) => { job.value = found; }, (fault: unknown) => {
        job.value = undefined;
        complain(messageOf(fault));
      });
    }, ASK);
    return () => clearInterval(timer);
  }, [id, job]);
  const start = async () => {
    try {
      job.value = await post<Job>('api/v1/backtest', {rules, last: last.value});
    } catch (fault) {
      complain(fault instanceof ApiError && fault.status === 409 ? t('back.busy') : messageOf(fault));
    }
  };
  const stop = () => { remove(`api/v1/backtest/${encodeURIComponent(id)}`).catch((fault: unknown) => complain(messageOf(fault))); };
  const share = Math.round((job.value?.progress.share ?? 0) * 100);
  return (
    <section>
      <h2>{t('back')}</h2>
      <div class="options">
        <label class="field">{t('back.last')}<select value={last.value} onChange={(event) => { last.value = event.currentTarget.value; }}>{['1d', '3d', '7d', '30d'].map((one) => <option key={one}>{one}</option>)}</select></label>
        <button disabled={!ready || rules.length === 0 || id !== ''} onClick={() => void start()}>{t('back.go')}</button>
        {id && <><progress max={100} value={share} aria-label={t('back')} /> {share} % <button onClick={stop}>{t('cancel')}</button></>}
        {job.value?.state === 'cancelled' && <span role="status">{t('back.cancelled')}</span>}
      </div>
      {job.value?.error && <p class="fault" role="alert"><bdi>{job.value.error.message}</bdi></p>}
      {job.value?.result && <Found of={job.value.result} />}
    </section>
  );
}
