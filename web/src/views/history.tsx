// What happened, newest first: transitions, notifications, and who was not notified and why.
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {getPage} from '../api/client';
import type {HistoryEntry} from '../api/types';
import {alerts} from '../api/live';
import {labelValues} from '../lib/alerts';
import {matcherText, parseMatchers} from '../lib/matchers';
import {t, word} from '../lib/texts';
import {change, param, place} from '../lib/url';
import {MatcherInput} from '../ui/matcher-input';
import {messageOf} from '../ui/toast';
import {Entry, type Named} from './story';

const KINDS = ['transition', 'notification', 'suppressed'];
const WHYS = ['silenced', 'acknowledged', 'inhibited', 'muted', 'logged', 'no_integration', 'absorbed', 'waiting', 'annulled', 'late', 'filtered', 'never_notified', 'refired', 'already_notified', 'config_changed', 'lost'];
const SINCE = ['1h', '6h', '1d', '7d', '30d'];
const PAGE = 200;

function Choice({name, label, values, otherwise, kind}: {name: string; label: string; values: readonly string[]; otherwise: string; kind: string}) {
  const chosen = param(name, otherwise);
  const all = chosen === '' || values.includes(chosen) ? values : [...values, chosen];
  return (
    <label class="field">{label}
      <select value={chosen} onChange={(event) => change({[name]: event.currentTarget.value === otherwise ? undefined : event.currentTarget.value})}>
        {otherwise === '' && <option value="">{t('history.all')}</option>}
        {all.map((one) => <option key={one} value={one}>{kind ? `${one === word(kind, one) ? '' : `${word(kind, one)} · `}${one}` : one}</option>)}
      </select>
    </label>
  );
}

function query(): string {
  const out = new URLSearchParams({limit: String(PAGE), since: param('since', '1d')});
  for (const name of ['kind', 'why', 'target']) if (param(name)) out.set(name, param(name));
  try {
    for (const one of parseMatchers(param('q'))) out.append('filter', matcherText(one));
  } catch {
    // What is no matcher asks for nothing; the field says so.
  }
  return out.toString();
}

// Names of the alerts that entries are about: from what fires, and from the entries that say it.
function namesOf(entries: readonly HistoryEntry[]): Map<string, Named> {
  const out = new Map<string, Named>();
  for (const {id, name, summary} of alerts.value) out.set(id, {name, summary});
  for (const {after} of entries) if (after) out.set(after.id, {name: after.labels.alertname ?? after.rule, summary: after.annotations.summary ?? after.key});
  return out;
}

export function History() {
  const entries = useSignal<readonly HistoryEntry[] | undefined>(undefined);
  const next = useSignal<string | undefined>(undefined);
  const fault = useSignal('');
  const text = useSignal(param('q'));
  const asked = query();
  const read = async (from: string, behind: readonly HistoryEntry[], stop?: AbortSignal) => {
    try {
      const page = await getPage<HistoryEntry>('api/v1/history', from, stop);
      if (stop?.aborted) return;
      entries.value = [...behind, ...page.items];
      next.value = page.next;
      fault.value = '';
    } catch (said) {
      if (!stop?.aborted) fault.value = messageOf(said);
    }
  };
  useEffect(() => {
    const stop = new AbortController();
    void read(asked, [], stop.signal);
    return () => stop.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `asked` says what it depends on
  }, [asked]);
  const list = entries.value ?? [];
  const names = namesOf(list);
  return (
    <div class="view">
      <header>
        <h1>{t('view.history')}</h1>
        <Choice name="since" label={t('history.since')} values={SINCE} otherwise="1d" kind="" />
        <Choice name="kind" label={t('history.kind')} values={KINDS} otherwise="" kind="kind" />
        <Choice name="why" label={t('history.why')} values={WHYS} otherwise="" kind="why" />
        <label class="field">{t('history.target')}<input type="text" value={param('target')} onChange={(event) => change({target: event.currentTarget.value})} /></label>
      </header>
      <MatcherInput id="filter" value={text.value} values={labelValues(alerts.value)} label={t('filter')} hint={t('filter.hint')} onChange={(said) => { text.value = said; change({q: said}, true); }} />
      {fault.value && <p class="fault" role="alert"><bdi>{fault.value}</bdi></p>}
      {entries.value === undefined && !fault.value && <p class="nothing">{t('loading')}</p>}
      {entries.value?.length === 0 && <p class="nothing">{t('history.none')}</p>}
      <ol class="timeline" key={place.value.view}>{list.map((entry, index) => <Entry key={`${entry.offset} ${entry.kind} ${entry.alert} ${index}`} entry={entry} named={names.get(entry.alert) ?? {name: entry.alert, summary: ''}} />)}</ol>
      {next.value && <button onClick={() => void read(next.value ?? '', list)}>{t('history.older')}</button>}
    </div>
  );
}
