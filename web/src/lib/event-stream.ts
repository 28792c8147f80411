// The journal's events, newest first: read from its end backwards as far as somebody looks, and what comes.
import {signal} from '@preact/signals';
import {getJson} from '../api/client';
import type {Status} from '../api/types';
import type {WireEvent} from './events';

const PAGE = 500;
const ENOUGH = 200;
const MOST_HELD = 5000;

interface EventPage {events: WireEvent[]; next: number}

export class EventStream {
  readonly events = signal<readonly WireEvent[]>([]);
  readonly fault = signal('');
  readonly begun = signal(false);
  readonly reading = signal(false);
  /** Nothing older is in the journal. */
  readonly atStart = signal(false);
  private first = 0;
  private next = 0;
  private readonly stopped = new AbortController();

  constructor(private readonly messageOf: (fault: unknown) => string) {}

  private page(from: number, limit: number): Promise<EventPage> {
    return getJson<EventPage>(`api/v1/events?from=${from}&limit=${limit}`, this.stopped.signal);
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    if (this.reading.value) return;
    this.reading.value = true;
    try {
      await work();
      this.fault.value = '';
    } catch (said) {
      if (!this.stopped.signal.aborted) this.fault.value = this.messageOf(said);
    }
    this.reading.value = false;
  }

  private begin = async (): Promise<void> => {
    const {journal} = await getJson<Status>('api/v1/status', this.stopped.signal);
    this.first = this.next = journal.end_offset;
    this.begun.value = true;
    // Not every record is an event.
    for (let pages = 0; pages < 4 && this.events.value.length < ENOUGH && !this.atStart.value; pages++) await this.older();
  };

  // Events between two offsets, in order.
  private async between(from: number, to: number): Promise<WireEvent[]> {
    const out: WireEvent[] = [];
    for (let at = from; at < to; ) {
      const page = await this.page(at, Math.min(PAGE, to - at));
      if (page.next <= at) break;
      out.push(...page.events.filter((one) => one.offset < to));
      at = page.next;
    }
    return out;
  }

  private older = async (): Promise<void> => {
    const from = Math.max(0, this.first - PAGE);
    const found = await this.between(from, this.first);
    this.atStart.value = from === 0;
    this.first = from;
    this.events.value = [...this.events.value, ...found.reverse()].slice(0, MOST_HELD);
  };

  private newer = async (): Promise<void> => {
    for (let pages = 0; pages < 4; pages++) {
      const page = await this.page(this.next, PAGE);
      const moved = page.next > this.next;
      this.next = page.next;
      if (page.events.length > 0) this.events.value = [...page.events.reverse(), ...this.events.value].slice(0, MOST_HELD);
      if (!moved || page.events.length < PAGE) return;
    }
  };

  start(): Promise<void> {
    return this.guarded(this.begin);
  }
  follow(): Promise<void> {
    return this.guarded(this.begun.value ? this.newer : this.begin);
  }
  readOlder(): Promise<void> {
    return this.guarded(this.older);
  }
  full(): boolean {
    return this.events.value.length >= MOST_HELD;
  }
  stop(): void {
    this.stopped.abort();
  }
}
