// A stream of the daemon (`GET /api/v1/stream`, `GET /api/v1/events/stream`): followed until it ends, taken up where it ended.
import {SseParser, type Message} from '../lib/sse';
import {ApiError, openStream} from './client';
import {isKept, untilHidden, whenTurned} from './tab';

const SILENT = 25_000;   // the daemon says something every 10 s
const SOONEST = 1000;
const LATEST = 15_000;
const WITHOUT = 60_000;  // until a daemon that has no stream is asked again

export interface Handlers {
  /** In order; the next one waits for it. */
  message: (message: Message) => Promise<void> | void;
  /** It runs, or it does not. */
  state: (running: boolean) => void;
  /** It was refused or broke off, and is tried again after this many milliseconds. */
  fault?: (fault: unknown, pause: number) => void;
}

export interface Followed extends Handlers {
  /** Asked at each connection. */
  path: () => string;
  /** Whether it may be asked for now. */
  wanted: () => boolean;
}

/** Where the stream was left: the id of the newest message that was taken. */
interface Place {last: string}

async function follow(place: Place, whole: AbortSignal, {path, message, state}: Followed): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  whole.addEventListener('abort', end);
  let timer = setTimeout(end, SILENT);
  const parser = new SseParser();
  try {
    const body = await openStream(path(), place.last, stop.signal);
    const reader = body.getReader();
    const decoder = new TextDecoder();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(end, SILENT);
      for (const one of parser.feed(decoder.decode(piece.value, {stream: true}))) {
        if (whole.aborted) return;
        state(true);
        place.last = '';  // what could not be taken is read again as a whole
        await message(one);
        place.last = one.id;
      }
    }
  } finally {
    clearTimeout(timer);
    whole.removeEventListener('abort', end);
    state(false);
  }
}

/** How long to wait after a fault: as long as the daemon says (Retry-After), else longer each time. */
export function pauseAfter(fault: unknown, wait: number): number {
  if (!(fault instanceof ApiError)) return wait;
  if ([404, 405].includes(fault.status)) return WITHOUT;
  return fault.retryAfter ?? wait;
}

// Ends early for a tab that somebody looks at again.
function pause(length: number, stop: AbortSignal): Promise<void> {
  const kept = isKept();
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      forget();
      stop.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, length);
    const forget = whenTurned(() => { if (!kept && isKept()) end(); });
    stop.addEventListener('abort', end);
  });
}

/** Runs until `stop`. While nobody looks at the tab it holds no connection (tab.ts), and goes on afterwards where it was. */
export async function runStream(followed: Followed, stop: AbortSignal): Promise<void> {
  const ended = () => stop.aborted;
  const place: Place = {last: ''};
  let wait = SOONEST;
  while (!ended()) {
    let length = wait;
    if (followed.wanted() && isKept()) {
      const held = untilHidden(stop);
      try {
        await follow(place, held.signal, followed);
        wait = length = SOONEST;
      } catch (fault) {
        if (ended()) return;
        if (!held.signal.aborted) {
          length = pauseAfter(fault, wait);
          wait = Math.min(LATEST, wait * 2);
          followed.fault?.(fault, length);
        }
      } finally {
        held.end();
      }
    }
    await pause(length, stop);
  }
}
