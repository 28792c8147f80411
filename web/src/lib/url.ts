// The address holds the whole state of a view, so that people can send it to each other.
import {signal} from '@preact/signals';
import {base} from '../api/client';

export interface Place {view: string; params: URLSearchParams}

function here(): Place {
  return {view: location.pathname.slice(base.length), params: new URLSearchParams(location.search)};
}

export const place = signal<Place>(here());

const PAUSE = 200;
let unwritten: {address: string; timer: ReturnType<typeof setTimeout>} | undefined;

// The browser does much for each address that it is given: while somebody types it gets the last one.
function writeLater(address: string): void {
  if (unwritten) clearTimeout(unwritten.timer);
  unwritten = {address, timer: setTimeout(written, PAUSE)};
}

/** The address is what is shown, at once. */
export function written(): void {
  if (!unwritten) return;
  const {address, timer} = unwritten;
  clearTimeout(timer);
  unwritten = undefined;
  history.replaceState(null, '', address);
}

function forget(): void {
  if (unwritten) clearTimeout(unwritten.timer);
  unwritten = undefined;
}

export function startRouting(): void {
  window.addEventListener('pagehide', written);
  window.addEventListener('popstate', () => {
    forget();
    place.value = here();
  });
}

export type Change = Record<string, string | undefined>;

/** The address of a view; parameters without a value are left out. */
export function href(view: string, params: Change = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value) query.set(name, value);
  const text = query.toString();
  return base + view + (text ? `?${text}` : '');
}

export function go(view: string, params: Change = {}): void {
  written();
  history.pushState(null, '', href(view, params));
  place.value = here();
}

/** Changes parameters of this view. `replace`: no step back leads to what was before. */
export function change(params: Change, replace = false): void {
  const next = new URLSearchParams(place.value.params);
  for (const [name, value] of Object.entries(params)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const text = next.toString();
  if (text === place.value.params.toString()) return;
  const address = base + place.value.view + (text ? `?${text}` : '');
  if (replace) writeLater(address);
  else {
    written();
    history.pushState(null, '', address);
  }
  place.value = {view: place.value.view, params: next};
}

export function param(name: string, otherwise = ''): string {
  return place.value.params.get(name) ?? otherwise;
}
