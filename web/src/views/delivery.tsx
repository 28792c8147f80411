// Delivery: targets, what was given up and how to send it again, and the ledger, which must add up.
import {useSignal} from '@preact/signals';
import {getJson, getPage, post} from '../api/client';
import {now, readDead} from '../api/live';
import type {DeadLetter, DeadLetters, HistoryEntry, Ledger, Redriven} from '../api/types';
import {lettersOf, outcomesOf, targetsOf} from '../lib/delivery';
import {utc} from '../lib/settings';
import {t, word} from '../lib/texts';
import {shortTime} from '../lib/time';
import {href} from '../lib/url';
import {useFetched, Waiting} from '../ui/fetch';
import {Flow} from '../ui/flow';
import {Link} from '../ui/link';
import {complain, messageOf, say} from '../ui/toast';

const LOOKED_AT = 1000;
const LETTERS = 1000;
const AT_ONCE = 500;

function at(text: string): string {
  return shortTime(Date.parse(text), utc(), now.value);
}

interface TargetState {target: string; waiting: number; in_flight: number; circuit: string; last_success?: string; last_failure?: string; detail?: string; answer?: string}

function Targets() {
  const states = useFetched<TargetState[]>((stop) => getJson('api/v1/targets', stop), '', 5);
  const list = useFetched(async (stop) => (await getPage<HistoryEntry>('api/v1/history', `kind=notification&since=1d&limit=${LOOKED_AT}`, stop)).items, '');
  const recent = new Map(targetsOf(list.data.value ?? []).map((one) => [one.name, one]));
  const open = (states.data.value ?? []).filter((one) => one.circuit === 'open').length;
  const rows = [...(states.data.value ?? [])].sort((a, b) => Number(b.circuit === 'open') - Number(a.circuit === 'open') || b.waiting - a.waiting || (a.target < b.target ? -1 : 1));
  return (
    <section>
      <h2>{t('delivery.targets')}</h2>
      {open > 0 && <p class="banner" role="alert">{t('delivery.open', open)}</p>}
      <Waiting of={states} />
      {states.data.value && rows.length === 0 && <p>{t('delivery.none')}</p>}
      {rows.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={t('delivery.targets')}>
          <table class="data">
            <thead><tr>{(['delivery.target', 'delivery.circuit', 'delivery.waiting', 'delivery.flight', 'delivery.success', 'delivery.failure'] as const).map((key) => <th key={key} scope="col">{t(key)}</th>)}<th scope="col">{t('delivery.recent', list.data.value?.length ?? 0)}</th></tr></thead>
            <tbody>{rows.map((one) => (
              <tr key={one.target}>
                <td><Link to="history" params={{kind: 'notification', target: one.target}}><bdi>{one.target}</bdi></Link></td>
                <td data-label={t('delivery.circuit')}><span class={`tag ${one.circuit === 'open' ? 'dead' : 'delivered'}`}>{word('circuit', one.circuit)}</span></td>
                <td class="number" data-label={t('delivery.waiting')}>{one.waiting}</td>
                <td class="number" data-label={t('delivery.flight')}>{one.in_flight}</td>
                <td data-label={t('delivery.success')}>{one.last_success ? at(one.last_success) : '—'}</td>
                <td class="wide" data-label={t('delivery.failure')}>{one.last_failure ? <>{at(one.last_failure)} <bdi>{[one.detail, one.answer].filter(Boolean).join(' · ')}</bdi></> : '—'}</td>
                <td data-label={t('delivery.recent', list.data.value?.length ?? 0)}>{Object.entries(recent.get(one.target)?.counts ?? {}).map(([outcome, count]) => <span key={outcome} class={`tag ${outcome}`}>{count} {word('outcome', outcome)}</span>)}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      <p><small>{t('delivery.targets.note', LOOKED_AT)} <Link to="routing">{t('receiver.test')}</Link></small></p>
    </section>
  );
}

function Letter({id}: {id: string}) {
  const letter = useFetched<DeadLetter>((stop) => getJson(`api/v1/dead-letters/${encodeURIComponent(id)}`, stop), id, 3600);
  const shown = letter.data.value;
  return <>{shown ? <pre tabIndex={0}><bdi>{`${JSON.stringify(shown.headers, null, 1)}\n\n${shown.body ?? ''}`}</bdi></pre> : <Waiting of={letter} />}</>;
}

function Letters({letters}: {letters: readonly DeadLetter[]}) {
  const open = useSignal('');
  return (
    <ul class="plain letters">
      {letters.slice(0, 100).map((one) => (
        <li key={one.id}>
          <button aria-expanded={open.value === one.id} onClick={() => { open.value = open.value === one.id ? '' : one.id; }}>{t('do.show')}</button>
          <code>{one.id}</code> {at(one.at)} <bdi>{one.target}</bdi> · <bdi>{one.detail}</bdi> <bdi>{one.answer}</bdi> · {t('dead.attempts')} {one.attempts}
          {one.alert_id && <> · <Link to="alert" params={{id: one.alert_id}}>{t('history.alert')}</Link></>}
          {open.value === one.id && <Letter id={one.id} />}
        </li>
      ))}
    </ul>
  );
}

function Dead() {
  const dead = useFetched<DeadLetters>((stop) => getJson(`api/v1/dead-letters?limit=${LETTERS}`, stop), '');
  const outcome = useSignal<{dry: boolean; counts: [string, number][]} | undefined>(undefined);
  const busy = useSignal(false);
  const found = dead.data.value;
  const redrive = async (target: string, detail: string, dry: boolean) => {
    busy.value = true;
    try {
      const ids = lettersOf(found?.letters ?? [], target, detail);
      const letters: {outcome: string}[] = [];
      for (let from = 0; from < ids.length; from += AT_ONCE)
        letters.push(...(await post<Redriven>('api/v1/dead-letters/redrive', {ids: ids.slice(from, from + AT_ONCE), dry_run: dry})).letters);
      outcome.value = {dry, counts: outcomesOf(letters)};
      if (!dry) say(t('done.redrive', letters.filter((one) => one.outcome === 'redriven').length));
    } catch (fault) {
      complain(messageOf(fault));
    }
    busy.value = false;
    await Promise.all([dead.reload(), readDead()]);
  };
  return (
    <section>
      <h2>{t('dead')}</h2>
      <Waiting of={dead} />
      {outcome.value && (
        <p class="preview" role="status" data-test="redriven">{t(outcome.value.dry ? 'redrive.would' : 'redrive.did')} {outcome.value.counts.map(([name, count]) => `${count} ${word('redriven', name)}`).join(', ')}</p>
      )}
      {found?.causes.length === 0 && <p>{t('dead.none')}</p>}
      {found && found.causes.length > 0 && (
        <>
          <div class="scroll" tabIndex={0} role="region" aria-label={t('dead')}>
            <table class="data">
              <thead><tr>{(['delivery.target', 'dead.cause', 'dead.answer', 'dead.count', 'dead.oldest', 'dead.newest'] as const).map((key) => <th key={key} scope="col">{t(key)}</th>)}<td /></tr></thead>
              <tbody>{found.causes.map((one) => (
                <tr key={JSON.stringify([one.target, one.detail, one.answer])}>
                  <td><bdi>{one.target}</bdi></td><td data-label={t('dead.cause')}><bdi>{one.detail}</bdi></td><td class="wide" data-label={t('dead.answer')}><bdi>{one.answer}</bdi></td>
                  <td class="number" data-label={t('dead.count')}>{one.count}</td><td data-label={t('dead.oldest')}>{at(one.oldest)}</td><td data-label={t('dead.newest')}>{at(one.newest)}</td>
                  <td><div class="row-buttons">
                    <button disabled={busy.value} onClick={() => void redrive(one.target, one.detail, true)}>{t('do.dry')}</button>
                    <button disabled={busy.value} onClick={() => void redrive(one.target, one.detail, false)}>{t('do.redrive')}</button>
                  </div></td>
                </tr>
              ))}</tbody>
            </table>
          </div>
          {found.next && <p>{t('dead.more', LETTERS)}</p>}
          <details><summary>{t('dead.letters', found.letters.length)}</summary><Letters letters={found.letters} /></details>
        </>
      )}
    </section>
  );
}

interface SumsProps {title: string; counts: Readonly<Record<string, unknown>>; words: string; bad?: readonly string[]; to?: (name: string) => string}

function Sums({title, counts, words: kind, bad = [], to}: SumsProps) {
  const rows = Object.entries(counts).filter((row): row is [string, number] => typeof row[1] === 'number');
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return (
    <div class="sums">
      <h3>{title}</h3>
      <table><tbody>{rows.map(([name, count]) => (
        <tr key={name} class={count > 0 && bad.includes(name) ? 'bad' : ''}>
          <th scope="row">{to && count > 0 ? <a href={to(name)}><bdi>{name}</bdi></a> : <bdi>{name}</bdi>}<small> {word(kind, name) === name ? '' : word(kind, name)}</small></th>
          <td class="number">{count}</td>
          <td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width={(100 * count) / most} height="10" /></svg></td>
        </tr>
      ))}</tbody></table>
    </div>
  );
}

function LedgerView() {
  const ledger = useFetched<Ledger>((stop) => getJson('api/v1/ledger', stop), '');
  const found = ledger.data.value;
  return (
    <section>
      <h2>{t('ledger')}</h2>
      <Waiting of={ledger} />
      {found && (
        <>
          {found.faults.length > 0 ? <p class="banner" role="alert">{t('ledger.faults', found.faults.join('; '))}</p> : <p class="fine">{t('ledger.ok')}</p>}
          <Flow ledger={found} />
          <details><summary>{t('flow.all')}</summary><div class="flow">
            <Sums title={t('ledger.events')} counts={found.events} words="none" bad={['rejected']} />
            <Sums title={t('ledger.unmatched')} counts={found.matched_no_rule.by_kind} words="none" />
            <Sums title={t('ledger.transitions')} counts={found.transitions} words="kind" />
            <Sums title={t('ledger.suppressed')} counts={found.suppressed} words="why" to={(why) => href('history', {kind: 'suppressed', why})} />
            <Sums title={t('ledger.notifications')} counts={found.notifications} words="outcome" bad={['dead', 'dropped', 'lost']} to={() => href('history', {kind: 'notification'})} />
          </div></details>
        </>
      )}
    </section>
  );
}

export function Delivery() {
  return <div class="view"><header><h1>{t('view.delivery')}</h1></header><Targets /><Dead /><LedgerView /></div>;
}
