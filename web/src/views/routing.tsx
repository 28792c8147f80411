// Which receivers a set of labels reaches, and why; a test alert on the same way.
import {useSignal} from '@preact/signals';
import {getJson, post} from '../api/client';
import {alerts, canChange, refresh} from '../api/live';
import {labelValues} from '../lib/alerts';
import {matcherText} from '../lib/matchers';
import {labelsOf, reached, receiversOf, walk, type Route, type Step} from '../lib/routing';
import {t} from '../lib/texts';
import {change, param} from '../lib/url';
import {Dialog} from '../ui/dialog';
import {useFetched, Waiting} from '../ui/fetch';
import {Link} from '../ui/link';
import {MatcherInput} from '../ui/matcher-input';
import {ReceiverTest} from '../ui/receiver-test';
import {complain, messageOf, say} from '../ui/toast';

interface Shown {config: {original: string}}

const TEST_LASTS = 120_000;

async function readRoutes(stop: AbortSignal): Promise<Route> {
  const {config} = await getJson<Shown>('api/v2/status', stop);
  return (JSON.parse(config.original) as {route: Route}).route;
}

// An interval that only a test could tell from none.
const AT_ONCE = /^(0s|\d+ms)$/;

function waits(route: Route): string {
  const parts = [route.group_by?.length ? t('routing.by', route.group_by.join(', ')) : t('routing.one'), t(AT_ONCE.test(route.group_interval ?? '') ? 'routing.once' : 'routing.waits', route.group_wait ?? '', route.group_interval ?? '', route.repeat_interval ?? '')];
  if (route.mute_time_intervals?.length) parts.push(t('routing.muted', route.mute_time_intervals.join(', ')));
  if (route.active_time_intervals?.length) parts.push(t('routing.only', route.active_time_intervals.join(', ')));
  return parts.join(', ');
}

const MARKS = {reached: '✓', passed: '↓', failed: '✗', skipped: '·'} as const;

function Node({step, top = false}: {step: Step; top?: boolean}) {
  return (
    <li class={`route ${step.outcome}`}>
      <span aria-hidden="true">{MARKS[step.outcome]}</span> <span class="sr">{t(`routing.${step.outcome}`)}: </span>
      {top && <i>{t('routing.everything')}</i>}
      {step.matchers.map((one) => (
        <span key={one.text} class="pair"><bdi><code>{one.text}</code></bdi>{step.outcome === 'failed' && !one.fits && <small> {t('explain.is')} <bdi><code class="seen">{one.seen || t('explain.missing')}</code></bdi></small>} </span>
      ))}
      → <b><bdi>{step.route.receiver}</bdi></b>{step.route.continue && <small> {t('routing.continue')}</small>} <small>{waits(step.route)}</small>
      {step.below.length > 0 && <ul class="plain">{step.below.map((one, at) => <Node key={at} step={one} />)}</ul>}
    </li>
  );
}

function TestDialog({labels, receivers, onClose}: {labels: Record<string, string>; receivers: readonly string[]; onClose: () => void}) {
  const busy = useSignal(false);
  const submit = async () => {
    busy.value = true;
    try {
      const ends = new Date(Date.now() + TEST_LASTS).toISOString();
      await post('api/v2/alerts', [{labels, annotations: {summary: t('routing.test.summary')}, endsAt: ends}]);
      say(t('routing.test.done'));
      await refresh();
      onClose();
    } catch (fault) {
      complain(messageOf(fault));
      busy.value = false;
    }
  };
  return (
    <Dialog title={t('routing.test')} action={t('routing.test')} busy={busy.value} onClose={onClose} onSubmit={() => void submit()}>
      <p>{t('routing.test.text')}</p>
      <p><b><bdi>{receivers.join(', ')}</bdi></b></p>
      <p><bdi><code>{Object.entries(labels).map(([name, value]) => matcherText({name, op: '=', value})).join(', ')}</code></bdi></p>
    </Dialog>
  );
}

export function Routing() {
  const routes = useFetched(readRoutes, '', 30);
  const text = useSignal(param('labels'));
  const asking = useSignal(false);
  const testing = useSignal('');
  const labels = labelsOf(param('labels'));
  const tree = routes.data.value;
  const marked = {alertname: 'AlarumTest', ...labels, test: 'true'};
  const step = tree && labels ? walk(tree, labels) : undefined;
  const found = step ? reached(step) : [];
  const tested = tree ? reached(walk(tree, marked)).map((one) => one.receiver) : [];
  return (
    <div class="view">
      <header><h1>{t('view.routing')}</h1></header>
      <MatcherInput id="filter" value={text.value} values={labelValues(alerts.value)} label={t('routing.labels')} hint={t('routing.hint')} onChange={(said) => { text.value = said; change({labels: said}, true); }} />
      {!labels && <p class="fault" role="alert">{t('routing.wrong')}</p>}
      <Waiting of={routes} />
      {tree && step && (
        <>
          <section aria-live="polite">
            <h2>{t('routing.reaches')}</h2>
            <ul class="plain" data-test="reached">{found.map((one, at) => <li key={at} class="verdict yes"><b><bdi>{one.receiver}</bdi></b> <small>{waits(one)}</small></li>)}</ul>
            <p><small>{t('routing.note')}</small></p>
          </section>
          {canChange() && <div class="actions"><button onClick={() => { asking.value = true; }}>{t('routing.test')} …</button> <Link to="" params={{q: 'test="true"', suppressed: '1'}}>{t('routing.test.link')}</Link></div>}
          <section><h2>{t('routing.why')}</h2><ul class="plain routes"><Node step={step} top /></ul></section>
          <section>
            <h2>{t('receivers')}</h2>
            <ul class="plain" data-test="receivers">{receiversOf(tree).map((name) => <li key={name}><b><bdi>{name}</bdi></b> {canChange() && <button class="small" aria-label={t('receiver.test.title', name)} onClick={() => { testing.value = name; }}>{t('receiver.test')} …</button>}</li>)}</ul>
          </section>
        </>
      )}
      {testing.value && <ReceiverTest name={testing.value} onClose={() => { testing.value = ''; }} />}
      {asking.value && <TestDialog labels={marked} receivers={tested} onClose={() => { asking.value = false; }} />}
    </div>
  );
}
