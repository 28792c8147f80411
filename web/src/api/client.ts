// Requests to the daemon that served the page.
import {signal} from '@preact/signals';

export class ApiError extends Error {
  /** `retryAfter`: milliseconds, where the daemon says when to come again. */
  constructor(readonly status: number, readonly reason: string, message: string, readonly retryAfter?: number) {
    super(message);
  }
}

/** True since the daemon asked for a credential: the page shows the sign-in. */
export const needsToken = signal(false);

const TOKEN = 'alarum.token';  // of this tab alone, gone with it
const PATIENCE = 30_000;

// Every route of the page is one segment deep: what stands before it is where the daemon is.
export const base = location.pathname.replace(/[^/]*$/, '');

export function signIn(token: string): void {
  sessionStorage.setItem(TOKEN, token);
  needsToken.value = false;
}

interface Options {method?: string; body?: unknown; accept?: string; signal?: AbortSignal; patience?: number}

async function send(path: string, {method = 'GET', body, accept = 'application/json', signal: stop, patience = PATIENCE}: Options): Promise<Response> {
  const headers: Record<string, string> = {Accept: accept};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), patience);
  const end = () => limit.abort();
  stop?.addEventListener('abort', end);
  try {
    return await fetch(base + path, {
      method, headers, signal: limit.signal, cache: 'no-store', credentials: 'same-origin',
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
  } catch {
    throw new ApiError(0, stop?.aborted ? 'aborted' : 'unreachable', 'the daemon does not answer');
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener('abort', end);
  }
}

const LONGEST_PAUSE = 60_000;

/** Milliseconds of a Retry-After in seconds (RFC 9110 §10.2.3; the daemon sends no dates). */
export function retryAfter(said: string | null): number | undefined {
  return said !== null && /^\d+$/.test(said) ? Math.min(LONGEST_PAUSE, Number(said) * 1000) : undefined;
}

// `{"error", "message"}`, or Alertmanager's JSON string.
async function faultOf(answer: Response): Promise<ApiError> {
  const text = await answer.text();
  const after = retryAfter(answer.headers.get('Retry-After'));
  try {
    const said = JSON.parse(text) as unknown;
    if (typeof said === 'string') return new ApiError(answer.status, '', said, after);
    const {error = '', message = text} = said as {error?: string; message?: string};
    return new ApiError(answer.status, error, message, after);
  } catch {
    return new ApiError(answer.status, '', text || answer.statusText, after);
  }
}

async function checked(path: string, options: Options): Promise<Response> {
  const answer = await send(path, options);
  if (answer.ok) return answer;
  if (answer.status === 401) needsToken.value = true;
  throw await faultOf(answer);
}

export async function getJson<T>(path: string, stop?: AbortSignal): Promise<T> {
  const answer = await checked(path, stop ? {signal: stop} : {});
  return (await answer.json()) as T;
}

const TRIES = 5;

/** As `getJson`; where only one may ask at a time (503 with Retry-After), it is asked again. */
export async function getPatiently<T>(path: string, stop: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await getJson<T>(path, stop);
    } catch (fault) {
      if (!(fault instanceof ApiError) || fault.status !== 503 || fault.retryAfter === undefined || tries === TRIES || stop.aborted) throw fault;
      await new Promise((done) => setTimeout(done, fault.retryAfter));
    }
  }
}

/** Also of an answer that is no 2xx: `/-/ready` says with a 503 what is wrong. */
export async function getText(path: string): Promise<string> {
  const answer = await send(path, {accept: 'text/plain'});
  if (answer.status === 401) throw await faultOf(answer);
  return answer.text();
}

/** A stream of server-sent events; `last` is where it was left. */
export async function openStream(path: string, last: string, stop: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const headers: Record<string, string> = {Accept: 'text/event-stream'};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (last) headers['Last-Event-ID'] = last;
  const answer = await fetch(base + path, {headers, signal: stop, cache: 'no-store', credentials: 'same-origin'});
  if (answer.ok && answer.body && (answer.headers.get('Content-Type') ?? '').startsWith('text/event-stream')) return answer.body;
  if (answer.status === 401) needsToken.value = true;
  throw answer.ok ? new ApiError(404, '', 'no stream') : await faultOf(answer);
}

/** `patience`: milliseconds until an answer must have begun. */
export async function post<T>(path: string, body: unknown, stop?: AbortSignal, patience = PATIENCE): Promise<T> {
  const answer = await checked(path, {method: 'POST', body, patience, ...(stop && {signal: stop})});
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export async function remove(path: string): Promise<void> {
  await checked(path, {method: 'DELETE'});
}

export interface Page<T> {items: T[]; next: string | undefined}

/** One page of a long list; `next` is the query of the one behind it (RFC 8288). */
export async function getPage<T>(path: string, query: string, stop?: AbortSignal): Promise<Page<T>> {
  const answer = await checked(`${path}?${query}`, stop ? {signal: stop} : {});
  const link = /^<\?(.*)>; rel="next"$/.exec(answer.headers.get('Link') ?? '');
  return {items: (await answer.json()) as T[], next: link?.[1]};
}

interface Route {method: string; path: string}

let routes: Promise<ReadonlySet<string> | undefined> | undefined;

/**
 * Whether the daemon that serves the page has a route, as `GET /api/v1/session`: a page of one version
 * may stay open while the daemon becomes another. Where that may not be asked, it is taken to be there.
 */
export async function hasRoute(name: string): Promise<boolean> {
  routes ??= getJson<Route[]>('api/v1/routes').then(
    (list) => new Set(list.map((one) => `${one.method} ${one.path}`)),
    () => {
      routes = undefined;
      return undefined;
    },
  );
  const known = await routes;
  return known === undefined || known.has(name);
}
