// What changes, as the daemon says it (`GET /api/v1/stream`): followed until it ends, taken up where it ended.
import {SseParser, type Message} from '../lib/sse';
import {openStream} from './client';

const SILENT = 25_000;   // the daemon says something every 10 s
const SOONEST = 1000;
const LATEST = 15_000;
const WITHOUT = 60_000;  // until a daemon that has no stream is asked again

interface Handlers {
  /** In order; the next one waits for it. */
  message: (message: Message) => Promise<void> | void;
  /** It runs, or it does not. */
  state: (running: boolean) => void;
}

/** Where the stream was left: the id of the newest message that was taken. */
interface Place {last: string}

async function follow(place: Place, stop: AbortController, {message, state}: Handlers): Promise<void> {
  let timer = setTimeout(() => stop.abort(), SILENT);
  const parser = new SseParser();
  try {
    const body = await openStream('api/v1/stream', place.last, stop.signal);
    const reader = body.getReader();
    const decoder = new TextDecoder();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENT);
      for (const one of parser.feed(decoder.decode(piece.value, {stream: true}))) {
        state(true);
        place.last = '';  // what could not be taken is read again as a whole
        await message(one);
        place.last = one.id;
      }
    }
  } finally {
    clearTimeout(timer);
    state(false);
  }
}

/** Runs until the page is gone. `statusOf` is the HTTP status of a fault. */
export async function runStream(handlers: Handlers, wanted: () => boolean, statusOf: (fault: unknown) => number): Promise<never> {
  const place: Place = {last: ''};
  let wait = SOONEST;
  for (;;) {
    let pause = wait;
    if (wanted()) {
      try {
        await follow(place, new AbortController(), handlers);
        wait = pause = SOONEST;
      } catch (fault) {
        pause = [404, 405].includes(statusOf(fault)) ? WITHOUT : wait;
        wait = Math.min(LATEST, wait * 2);
      }
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}
