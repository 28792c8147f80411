// The journal's events, newest first: read from its end backwards as far as somebody looks, and what comes, as the daemon sends it.
import {computed, signal} from '@preact/signals';
import {getJson} from '../api/client';
import {runStream} from '../api/stream';
import type {Status} from '../api/types';
import type {WireEvent} from './events';
import type {Message} from './sse';

const PAGE = 500;
const ENOUGH = 200;
const MOST_HELD = 5000;
const STEP = {all: 500, some: 20_000};  // records that are read at a time, backwards
const OLD = 15_000;  // the daemon says something every 10 s

interface EventPage {events: WireEvent[]; next: number}

export type Feed = 'begins' | 'live' | 'broken';

export class EventStream {
  readonly events = signal<readonly WireEvent[]>([]);
  readonly fault = signal('');
  readonly begun = signal(false);
  readonly reading = signal(false);
  /** Nothing older is in the journal. */
  readonly atStart = signal(false);
  readonly feed = signal<Feed>('begins');
  /** Why what comes does not come, and when it is tried again, by our clock. */
  readonly broken = signal<{why: string; again: number} | undefined>(undefined);
  /** When the daemon last said something, by our clock. */
  readonly heardAt = signal(0);
  /** Where what was read begins, and where it goes on. */
  readonly first = signal(0);
  readonly next = signal(0);
  readonly full = computed(() => this.events.value.length >= MOST_HELD);
  private readonly stopped = new AbortController();
  private following: AbortController | undefined;

  /** `query`: which events, as parameters of the daemon. */
  constructor(private readonly query: string, private readonly messageOf: (fault: unknown) => string) {}

  private page(from: number, limit: number): Promise<EventPage> {
    return getJson<EventPage>(`api/v1/events?from=${from}&limit=${limit}${this.query && `&${this.query}`}`, this.stopped.signal);
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
    this.first.value = this.next.value = journal.end_offset;
    this.begun.value = true;
    // Not every record is an event, nor one that is looked for.
    for (let steps = 0; steps < 4 && this.events.value.length < ENOUGH && !this.atStart.value; steps++) await this.older();
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
    const from = Math.max(0, this.first.value - (this.query ? STEP.some : STEP.all));
    const found = await this.between(from, this.first.value);
    this.atStart.value = from === 0;
    this.first.value = from;
    this.events.value = [...this.events.value, ...found.reverse()].slice(0, MOST_HELD);
  };

  private take({events, next}: EventPage): void {
    const known = this.next.value;
    this.next.value = next;
    const fresh = events.filter((one) => one.offset >= known).reverse();
    if (fresh.length > 0) this.events.value = [...fresh, ...this.events.value].slice(0, MOST_HELD);
  }

  private heard({event, data}: Message): void {
    this.heardAt.value = Date.now();
    this.feed.value = 'live';
    this.broken.value = undefined;
    const said = JSON.parse(data) as {events?: WireEvent[]; next?: number; to?: number};
    if (event === 'events') this.take({events: said.events ?? [], next: said.next ?? this.next.value});
    else if (event === 'tick') this.next.value = said.next ?? this.next.value;
    else if (event === 'skipped') this.skip(said.to ?? this.next.value);
  }

  // Too much came: what was passed over is read backwards from here, as far as somebody looks.
  private skip(to: number): void {
    this.events.value = [];
    this.atStart.value = false;
    this.first.value = this.next.value = to;
  }

  async start(): Promise<void> {
    await this.guarded(this.begin);
  }
  /** What comes from where it was left, until `pause` or `stop`. */
  follow(): void {
    if (this.following || this.stopped.signal.aborted) return;
    const stop = (this.following = new AbortController());
    this.feed.value = 'begins';
    this.heardAt.value = Date.now();
    void runStream({
      path: () => `api/v1/events/stream?from=${this.next.value}${this.query && `&${this.query}`}`,
      wanted: () => this.begun.value,
      message: (one) => this.heard(one),
      state: (running) => { if (!running && this.feed.value === 'live') this.feed.value = 'begins'; },
      fault: (said, length) => {
        this.feed.value = 'broken';
        this.broken.value = {why: this.messageOf(said), again: Date.now() + length};
      },
    }, stop.signal);
  }
  pause(): void {
    this.following?.abort();
    this.following = undefined;
  }
  readOlder(): Promise<void> {
    return this.guarded(this.older);
  }
  stop(): void {
    this.pause();
    this.stopped.abort();
  }
  /** Whether what is shown may lack what has come since; `now` by our clock. */
  old(now: number): boolean {
    return this.begun.value && this.following !== undefined && now - this.heardAt.value > OLD;
  }
}
