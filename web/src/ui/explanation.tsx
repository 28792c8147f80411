// What each rule made of an event: matched, or the clauses that failed, what they saw, and what would have to change.
import {useSignal} from '@preact/signals';
import {nearest, sortVerdicts, type Explained, type Failed, type Verdict} from '../lib/events';
import {t, word} from '../lib/texts';
import {Link} from './link';

const NEAR = 8;
const MOST = 200;

export function FailedClause({failed}: {failed: Failed}) {
  const seen = failed.seen.length > 0 ? failed.seen.join(', ') : t('explain.missing');
  return (
    <li><bdi><code>{failed.path}</code></bdi> {t('explain.must')} <bdi><code class="want">{failed.expected}</code></bdi>, {t('explain.is')} <bdi><code class="seen">{seen}</code></bdi> {failed.place && <small><bdi>{shortPlace(failed.place)}</bdi></small>}</li>
  );
}

/** The last two parts of a path: what fits a line. */
function shortPlace(place: string): string {
  return place.split('/').slice(-2).join('/');
}

function Missed({verdict}: {verdict: Verdict}) {
  const near = nearest(verdict);
  if (!near) return null;
  const [first, ...more] = near.test.failed;
  return (
    <li class="verdict">
      <Link to="rules" params={{rule: verdict.alert}}><bdi>{verdict.alert}</bdi></Link>{near.part !== 'match' && <small> ({t(`explain.${near.part}`)})</small>}
      <small> · {t('explain.failed', near.test.failed.length)}</small>
      <ul>{first && <FailedClause failed={first} />}{more.slice(0, 4).map((one) => <FailedClause key={`${one.path} ${one.place}`} failed={one} />)}{more.length > 4 && <li>…</li>}
        {near.test.no_single_element && <li>{t('explain.element')}</li>}</ul>
    </li>
  );
}

export function Explanation({of}: {of: Explained}) {
  const needle = useSignal('');
  const {matched, near, others} = sortVerdicts(of.rules ?? []);
  const fits = (one: Verdict) => one.alert.toLowerCase().includes(needle.value.toLowerCase());
  const shown = needle.value ? near.filter(fits) : near.slice(0, NEAR);
  return (
    <>
      <section>
        <h3>{t('explain.matched', matched.length)}</h3>
        {matched.length === 0 && <p>{t('explain.matched.none')}</p>}
        <ul class="plain">{matched.map((one) => <li key={one.alert} class="verdict yes"><Link to="rules" params={{rule: one.alert}}><bdi>{one.alert}</bdi></Link> <bdi>{one.verdict}</bdi></li>)}</ul>
      </section>
      {of.changes && of.changes.length > 0 && <section><h3>{t('explain.changes')}</h3><ul class="plain">{of.changes.map((one) => <li key={`${one.id} ${one.kind}`}>{word('kind', one.kind)} <Link to="alert" params={{id: one.id}}><bdi>{one.alert}</bdi></Link> <small><bdi>{one.key}</bdi></small></li>)}</ul></section>}
      <section>
        <h3>{t('explain.near')}</h3>
        <label class="field">{t('explain.rule')}<input type="search" value={needle.value} onInput={(event) => { needle.value = event.currentTarget.value; }} /></label>
        <ul class="plain">{shown.slice(0, MOST).map((one) => <Missed key={one.alert} verdict={one} />)}</ul>
        {needle.value === '' && near.length > NEAR && <details><summary>{t('explain.rest', near.length - NEAR)}</summary><ul class="plain">{near.slice(NEAR, NEAR + MOST).map((one) => <Missed key={one.alert} verdict={one} />)}</ul></details>}
        {needle.value !== '' && shown.length === 0 && <p>{t('explain.rule.none')}</p>}
        {others.length > 0 && <p><small>{t('explain.others', others.length)}</small></p>}
      </section>
    </>
  );
}
