// The rules in force: what each matched, what of it fires, what a reload would change.
import {alerts} from '../api/live';
import {getJson, getText} from '../api/client';
import {countBy} from '../lib/alerts';
import {matcherText} from '../lib/matchers';
import {parseMetrics} from '../lib/metrics';
import {t} from '../lib/texts';
import {change, param} from '../lib/url';
import {useFetched, Waiting} from '../ui/fetch';
import {Link} from '../ui/link';

interface Plan {summary: string; rules: unknown[]; warnings: string[]}

export function Rules() {
  const samples = useFetched(async () => parseMetrics(await getText('metrics')), '');
  const plan = useFetched<Plan>((stop) => getJson('api/v1/rules/plan', stop), '', 60);
  const firing = new Map(countBy(alerts.value, (one) => one.wire.rule));
  const needle = param('q').toLowerCase();
  const quiet = param('quiet', '1') === '1';
  const rows = (samples.data.value ?? [])
    .filter((one) => one.name === 'alarum_rule_matches_total')
    .map((one) => ({name: one.labels.rule ?? '', matches: one.value, firing: firing.get(one.labels.rule ?? '') ?? 0}))
    .filter((one) => one.name.toLowerCase().includes(needle) && (quiet || one.matches > 0 || one.firing > 0))
    .sort((a, b) => b.firing - a.firing || b.matches - a.matches || (a.name < b.name ? -1 : 1));
  return (
    <div class="view">
      <header>
        <h1>{t('view.rules')}</h1>
        <input type="search" value={param('q')} placeholder={t('rules.filter')} aria-label={t('rules.filter')} onInput={(event) => change({q: event.currentTarget.value}, true)} />
        <label class="check"><input type="checkbox" checked={!quiet} onChange={() => change({quiet: quiet ? '0' : undefined})} />{t('rules.quiet')}</label>
        <span>{t('rules.count', rows.length)}</span>
      </header>
      <Waiting of={samples} />
      {plan.data.value && <p><bdi>{t('rules.plan', plan.data.value.summary)}</bdi></p>}
      {plan.fault.value && <p class="fault" role="alert"><bdi>{plan.fault.value}</bdi></p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={t('view.rules')}>
        <table class="data">
          <thead><tr><th scope="col">{t('rules.rule')}</th><th scope="col">{t('rules.firing')}</th><th scope="col">{t('rules.matches')}</th></tr></thead>
          <tbody>{rows.map((one) => (
            <tr key={one.name}>
              <td class="wide"><bdi>{one.name}</bdi></td>
              <td class="number" data-label={t('rules.firing')}>{one.firing > 0 ? <Link to="" params={{q: matcherText({name: 'alertname', op: '=', value: one.name}), suppressed: '1'}}>{one.firing}</Link> : 0}</td>
              <td class="number" data-label={t('rules.matches')}>{one.matches}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
      <p><small>{t('rules.note')}</small></p>
    </div>
  );
}
