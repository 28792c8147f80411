// Desktop notifications, when somebody asked for them: of alerts that have just fired and are the worst.
import {effect} from '@preact/signals';
import {alerts, loaded} from '../api/live';
import {keepForNotifications} from '../api/tab';
import type {Alert} from './alerts';
import {parseMatchers, tester} from './matchers';
import {defaultFilter, notify} from './settings';
import {t} from './texts';
import {go} from './url';

const MOST = 3;
const WORST = 1;  // critical and major

/** What is new in a list and worth a notification. */
export function newOnes(known: ReadonlySet<string>, list: readonly Alert[], filter: string): Alert[] {
  let fits: (labels: Alert['labels']) => boolean = () => true;
  try {
    fits = tester(parseMatchers(filter));
  } catch {
    // No filter: all.
  }
  return list.filter((one) => !known.has(one.id) && one.rank <= WORST && one.state === 'active' && !one.acknowledged && fits(one.labels));
}

function show(title: string, body: string, tag: string, id: string): void {
  const shown = new Notification(title, {body, tag});
  shown.onclick = () => {
    window.focus();
    if (id) go('alert', {id});
    else go('');
  };
}

/** Asks the browser for leave; false: it was refused. */
export async function askToNotify(): Promise<boolean> {
  return 'Notification' in window && (await Notification.requestPermission()) === 'granted';
}

export function startNotifying(): void {
  effect(() => { keepForNotifications(notify.value === '1'); });
  let known: Set<string> | undefined;
  effect(() => {
    const list = alerts.value;
    if (!loaded.value) return;
    const before = known;
    known = new Set(list.map((one) => one.id));
    if (!before || notify.value !== '1' || !('Notification' in window) || Notification.permission !== 'granted') return;
    const found = newOnes(before, list, defaultFilter.value);
    if (found.length > MOST) show(t('notify.many', found.length), found.slice(0, MOST).map((one) => one.summary || one.name).join('\n'), 'alarum', '');
    else for (const one of found) show(`${one.severity}: ${one.name}`, one.summary, one.id, one.id);
  });
}
