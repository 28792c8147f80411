// What became of something that was done; with a way back where there is one.
import {signal} from '@preact/signals';
import {t} from '../lib/texts';

interface Toast {id: number; text: string; bad: boolean; undo?: (() => Promise<void>) | undefined}

const toasts = signal<readonly Toast[]>([]);
let ids = 0;
const STAYS = 12_000;

function drop(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function say(text: string, undo?: () => Promise<void>): void {
  const id = ++ids;
  toasts.value = [...toasts.value.slice(-3), {id, text, bad: false, undo}];
  setTimeout(() => drop(id), STAYS);
}

/** Stays until it is closed: a failure must not be missed. */
export function complain(text: string): void {
  toasts.value = [...toasts.value.slice(-3), {id: ++ids, text, bad: true}];
}

export function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((one) => (
        <div key={one.id} class={one.bad ? 'toast bad' : 'toast'}>
          <span>{one.text}</span>
          {one.undo && <button onClick={() => { drop(one.id); one.undo?.().catch((fault: unknown) => complain(messageOf(fault))); }}>{t('undo')}</button>}
          <button aria-label={t('close')} onClick={() => drop(one.id)}>×</button>
        </div>
      ))}
    </div>
  );
}
