// What a reader chose, remembered by the browser.
import {computed, effect, signal, type Signal} from '@preact/signals';

function read(name: string, otherwise: string): string {
  try {
    return localStorage.getItem(`alarum.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function setting(name: string, otherwise: string): Signal<string> {
  const value = signal(read(name, otherwise));
  effect(() => {
    try {
      localStorage.setItem(`alarum.${name}`, value.value);
    } catch {
      // A browser that stores nothing forgets it.
    }
  });
  return value;
}

export const language = setting('language', navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
export const zone = setting('zone', 'local');
/** Who acts, where no credential says so. */
export const author = setting('author', '');
export const columns = setting('columns', '');

/** The query of Now that somebody saved: what `/` shows without any parameter. */
export const saved = setting('saved', '');
/** `1`: desktop notifications were asked for. */
export const notify = setting('notify', '');
/** Matchers of the saved default: which alerts notify. */
export const defaultFilter = computed(() => new URLSearchParams(saved.value).get('q') ?? '');

export function utc(): boolean {
  return zone.value === 'utc';
}
