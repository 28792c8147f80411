// The address holds the whole state of a view, so that people can send it to each other.
import {signal} from '@preact/signals';
import {base} from '../api/client';

export interface Place {view: string; params: URLSearchParams}

function here(): Place {
  return {view: location.pathname.slice(base.length), params: new URLSearchParams(location.search)};
}

export const place = signal<Place>(here());

export function startRouting(): void {
  window.addEventListener('popstate', () => {
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
  const address = base + place.value.view + (text ? `?${text}` : '');
  if (address === location.pathname + location.search) return;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  place.value = here();
}

export function param(name: string, otherwise = ''): string {
  return place.value.params.get(name) ?? otherwise;
}
