// The rules in force: what each matched, what of it fires, its text and place; a playground for changes.
import {useSignal} from '@preact/signals';
import {getJson, getPage, post} from '../api/client';
import {canChange, configChanged, now, plays} from '../api/live';
import type {HistoryEntry} from '../api/types';
import {matcherText} from '../lib/matchers';
import {utc} from '../lib/settings';
import {agoText, t} from '../lib/texts';
import {timeText} from '../lib/time';
import {change, param} from '../lib/url';
import {useFetched, Waiting} from '../ui/fetch';
import {SeverityMark} from '../ui/icons';
import {Link} from '../ui/link';
import {complain, messageOf, say} from '../ui/toast';
import {Playground} from './playground';

interface Plan {summary: string}
interface Rule {alert: string; severity: string; place: string; firing?: number; matches: number}
interface OneRule extends Rule {text: string; file?: string; tests?: {file: string; line: number; name: string}[]}

function nameOf(alert: string) {
  return matcherText({name: 'alertname', op: '=', value: alert});
}

function Detail({alert}: {alert: string}) {
  const rule = useFetched<OneRule>((stop) => getJson(`api/v1/rules/${encodeURIComponent(alert)}`, stop), `${alert} ${configChanged.value}`, 30);
  const fired = useFetched<HistoryEntry | undefined>(async (stop) => (await getPage<HistoryEntry>('api/v1/history', `kind=transition&limit=1&filter=${encodeURIComponent(nameOf(alert))}`, stop)).items[0], alert, 15);
  const seen = rule.data.value;
  const last = Date.parse(fired.data.value?.after?.starts_at ?? '');
  return (
    <article class="story">
      <header><h2><bdi>{alert}</bdi></h2><button class="close" aria-label={t('close')} onClick={() => change({rule: undefined})}>×</button></header>
      <Waiting of={rule} />
      {seen && (
        <>
          <dl>
            <dt>{t('rules.place')}</dt><dd><code><bdi>{seen.place}</bdi></code></dd>
            <dt>{t('col.severity')}</dt><dd><SeverityMark severity={seen.severity} /> <bdi>{seen.severity}</bdi></dd>
            <dt>{t('rules.firing')}</dt><dd><Link to="" params={{q: nameOf(alert), suppressed: '1'}}>{seen.firing ?? 0}</Link></dd>
            <dt>{t('rules.matches')}</dt><dd>{seen.matches}</dd>
            <dt>{t('rules.last')}</dt><dd>{Number.isFinite(last) ? <>{timeText(last, utc())} <small>({agoText(now.value - last)})</small></> : t('rules.never')}</dd>
          </dl>
          <div class="actions"><Link to="timeline" params={{q: nameOf(alert), span: '7d'}}>{t('view.timeline')}</Link> <Link to="history" params={{q: nameOf(alert), since: '30d'}}>{t('view.history')}</Link>
            {plays.value && <Link to="rules" params={{play: 'rule', rule: alert}}>{t('rules.try')}</Link>}</div>
          <pre tabIndex={0}><bdi>{seen.text}</bdi></pre>
          {seen.tests && <section><h3>{t('rules.tests', seen.tests.length)}</h3><ul class="plain">{seen.tests.map((one) => <li key={`${one.file} ${one.line}`}><bdi>{one.name}</bdi> <small><bdi>{one.file}:{one.line}</bdi></small></li>)}</ul></section>}
        </>
      )}
    </article>
  );
}

function RuleTable({rows}: {rows: readonly Rule[]}) {
  return (
    <table class="data">
      <thead><tr>{(['rules.rule', 'col.severity', 'rules.firing', 'rules.matches', 'rules.place'] as const).map((key) => <th key={key} scope="col">{t(key)}</th>)}</tr></thead>
      <tbody>{rows.map((one) => (
        <tr key={one.alert} class={one.alert === param('rule') ? 'current' : ''}>
          <td><button class="link" onClick={() => change({rule: one.alert})}><bdi>{one.alert}</bdi></button></td>
          <td data-label={t('col.severity')}><SeverityMark severity={one.severity} /> <bdi>{one.severity}</bdi></td>
          <td class="number" data-label={t('rules.firing')}>{one.firing ? <Link to="" params={{q: nameOf(one.alert), suppressed: '1'}}>{one.firing}</Link> : 0}</td>
          <td class="number" data-label={t('rules.matches')}>{one.matches}</td>
          <td class="wide" data-label={t('rules.place')}><small><bdi>{one.place.split('/').slice(-2).join('/')}</bdi></small></td>
        </tr>
      ))}</tbody>
    </table>
  );
}

function Reload({done}: {done: () => void}) {
  const busy = useSignal(false);
  const go = async () => {
    busy.value = true;
    try {
      const {summary} = await post<Plan>('-/reload', {});
      say(t('rules.reloaded', summary));
    } catch (fault) {
      complain(messageOf(fault));
    }
    busy.value = false;
    done();
  };
  return <button disabled={busy.value} onClick={() => { void go(); }}>{t('rules.reload')}</button>;
}

const MOST = 1000;

export function Rules() {
  const list = useFetched<Rule[]>((stop) => getJson('api/v1/rules', stop), `${configChanged.value}`);
  const plan = useFetched<Plan>((stop) => getJson('api/v1/rules/plan', stop), '', 60);
  const needle = param('q').toLowerCase();
  const quiet = param('quiet', '1') === '1';
  const rows = (list.data.value ?? [])
    .filter((one) => one.alert.toLowerCase().includes(needle) && (quiet || one.matches > 0 || (one.firing ?? 0) > 0))
    .sort((a, b) => (b.firing ?? 0) - (a.firing ?? 0) || b.matches - a.matches || (a.alert < b.alert ? -1 : 1));
  const play = param('play') !== '';
  const rule = param('rule');
  return (
    <div class={`now ${rule && !play ? 'with-story' : ''}`}>
      <div class="bar"><div class="options">
        <h1>{t('view.rules')}</h1>
        <input id="filter" type="search" value={param('q')} placeholder={t('rules.filter')} aria-label={t('rules.filter')} onInput={(event) => change({q: event.currentTarget.value}, true)} />
        <label class="check"><input type="checkbox" checked={!quiet} onChange={() => change({quiet: quiet ? '0' : undefined})} />{t('rules.quiet')}</label>
        <span>{t('rules.count', rows.length)}</span>
        {plays.value && <button aria-pressed={play} onClick={() => change({play: play ? undefined : 'rule', offset: undefined})}>{t('play')}</button>}
      </div></div>
      <div class="body">
        <div class="list fill" tabIndex={0} role="region" aria-label={t('view.rules')}>
          {play ? (plays.value ? <Playground key={`${rule} ${param('offset')}`} /> : <p class="nothing">{t('play.none')}</p>) : (
            <>
              <Waiting of={list} />
              {plan.data.value && <p><bdi>{t('rules.plan', plan.data.value.summary)}</bdi>{canChange() && <> <Reload done={() => { void plan.reload(); }} /></>}</p>}
              {plan.fault.value && <p class="fault" role="alert"><bdi>{plan.fault.value}</bdi></p>}
              <RuleTable rows={rows.slice(0, MOST)} />
              {rows.length > MOST && <p>{t('dead.more', MOST)}</p>}
              <p><small>{t('rules.note')}</small></p>
            </>
          )}
        </div>
        {rule && !play && <aside class="side" aria-label={t('rules.rule')}><Detail key={rule} alert={rule} /></aside>}
      </div>
    </div>
  );
}
