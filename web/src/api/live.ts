// What fires: the daemon says what changes (stream.ts). Without a stream it is polled: the status says
// cheaply whether anything happened; then the list is read, page by page, so that neither the daemon
// nor the page stands still for a long one.
import {signal} from '@preact/signals';
import {alertOf, type Alert} from '../lib/alerts';
import {ApiError, getJson, getPage, getText, hasRoute, needsToken} from './client';
import {canChange, readSession} from './session';
import {runStream} from './stream';
import type {DeadLetters, Status, WireAlert} from './types';

export {canChange};

export const alerts = signal<readonly Alert[]>([]);
/** The list was read at least once. */
export const loaded = signal(false);
export const status = signal<Status | undefined>(undefined);
/** When what is shown was last known to be right, by our clock. 0: never. */
export const freshAt = signal(0);
export const trouble = signal<string>('');
/** Lines of `/-/ready?verbose` that do not say ok. */
export const failing = signal<readonly string[]>([]);
/** Dead letters: whoever should have been notified was not. */
export const dead = signal(0);
/** Moves every second: for ages. */
export const now = signal(Date.now());

/** The daemon says what changes; without it, it is asked again and again. */
export const streaming = signal(false);
/** Moves when silences have changed, when another config is in force. */
export const silencesChanged = signal(0);
export const configChanged = signal(0);
/** Ids of alerts that somebody commented on, the newest message's. */
export const commented = signal<readonly string[]>([]);

const BEAT = 2000;
const OLD = 15_000;
const PAGE = 'limit=500';
const LONGEST = 30_000;  // a silence that is over changes the list, and nothing else

export function isOld(): boolean {
  return loaded.value && now.value - freshAt.value > OLD;
}

let offset = -1;
let readAt = 0;
let took = 0;
let busy = false;
let again = false;

const byId = new Map<string, Alert>();

async function readAll(): Promise<void> {
  const began = performance.now();
  const list: Alert[] = [];
  let query: string | undefined = PAGE;
  while (query !== undefined) {
    const page: {items: WireAlert[]; next: string | undefined} = await getPage<WireAlert>('api/v2/alerts', query);
    for (const one of page.items) list.push(alertOf(one));
    query = page.next;
  }
  byId.clear();
  for (const one of list) byId.set(one.id, one);
  alerts.value = list;
  loaded.value = true;
  took = performance.now() - began;
  readAt = Date.now();
}

// The list takes at most a quarter of the time.
function due(seen: Status): boolean {
  const age = Date.now() - readAt;
  if (age > LONGEST || !loaded.value) return true;
  return seen.engine.processed !== offset && age > took * 4;
}

async function beat(force: boolean): Promise<void> {
  try {
    const seen = await getJson<Status>('api/v1/status');
    if (force || (!streaming.value && due(seen))) {
      await readAll();
      offset = seen.engine.processed;
    }
    status.value = seen;
    // What is streamed is as fresh as the stream's newest message, which heard() notes.
    if (!streaming.value && (offset === seen.engine.processed || Date.now() - readAt < OLD)) freshAt.value = Date.now();
    trouble.value = '';
  } catch (fault) {
    trouble.value = fault instanceof ApiError ? fault.message : String(fault);
  }
}

/** Reads now: after something was done. */
export async function refresh(): Promise<void> {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  await beat(true);
  busy = false;
  if (again) {
    again = false;
    await refresh();
  }
}

export async function readDead(): Promise<void> {
  const {causes} = await getJson<DeadLetters>('api/v1/dead-letters?limit=1');
  dead.value = causes.reduce((sum, one) => sum + one.count, 0);
}

async function readReady(): Promise<void> {
  try {
    const text = await getText('-/ready?verbose');
    failing.value = text.split('\n').filter((line) => line.startsWith('[-]')).map((line) => line.slice(3));
    if (!needsToken.value) await readDead();
  } catch {
    // What follows the alerts says that nothing answers.
  }
}

interface Batch {changed: WireAlert[]; gone: {id: string}[]}

function apply({changed, gone}: Batch): void {
  for (const one of changed) {
    if (one.status.state === 'resolved') byId.delete(one.id);
    else byId.set(one.id, alertOf(one));
  }
  for (const {id} of gone) byId.delete(id);
  alerts.value = [...byId.values()];
}

async function heard({event, data}: {event: string; data: string}): Promise<void> {
  const said = JSON.parse(data) as unknown;
  if (event === 'reset') {
    await readAll();
    silencesChanged.value++;
    configChanged.value++;
  } else if (event === 'alerts') apply(said as Batch);
  else if (event === 'silences') silencesChanged.value++;
  else if (event === 'comments') commented.value = (said as {alerts: string[]}).alerts;
  else if (event === 'reload') configChanged.value++;
  freshAt.value = Date.now();
}

/** Whether comments can be made here. */
export const takesComments = signal(false);
/** Whether rules can be tried here. */
export const plays = signal(false);

async function startStream(): Promise<void> {
  takesComments.value = await hasRoute('POST /api/v1/alerts/{id}/comments');
  plays.value = await hasRoute('POST /api/v1/playground');
  if (!(await hasRoute('GET /api/v1/stream'))) return;
  const {signal: never} = new AbortController();
  void runStream({path: () => 'api/v1/stream', message: heard, state: (running) => { streaming.value = running; }, wanted: () => !needsToken.value}, never);
}

export function startLive(): void {
  void readSession();
  void startStream();
  const step = async () => {
    if (document.hidden || needsToken.value || busy) return;
    busy = true;
    await beat(false);
    busy = false;
  };
  void step();
  void readReady();
  setInterval(() => void step(), BEAT);
  setInterval(() => void (document.hidden ? undefined : readReady()), 10_000);
  setInterval(() => {
    now.value = Date.now();
  }, 1000);
  document.addEventListener('visibilitychange', () => void step());
}
