// Transitions from now backwards, read page by page as far as somebody looks; never more than MOST.
import {signal} from '@preact/signals';
import {getPage} from '../api/client';
import type {HistoryEntry} from '../api/types';
import {addEntries, type Bars} from './timeline';

const PAGE = 500;
export const MOST_READ = 20_000;

export class Past {
  readonly bars: Bars = new Map();
  /** Moves when `bars` has changed. */
  readonly version = signal(0);
  /** All is known from here to now. */
  readonly reached = signal(Infinity);
  readonly reading = signal(false);
  readonly full = signal(false);
  readonly fault = signal('');
  private next: string | undefined;
  private read = 0;
  private newest = '';
  private wanted = Infinity;
  private stopped = new AbortController();

  /** `filter`: what the daemon is asked for, as `filter=…&filter=…`; it is read again with another. */
  constructor(private readonly filter: string, private readonly messageOf: (fault: unknown) => string) {
    this.next = this.query('since=30d');
  }

  private query(since: string): string {
    return `kind=transition&limit=${PAGE}&${since}${this.filter && `&${this.filter}`}`;
  }

  private take(items: readonly HistoryEntry[]): void {
    this.read += items.length;
    if (items[0] && items[0].at > this.newest) this.newest = items[0].at;
    if (addEntries(this.bars, items)) this.version.value++;
  }

  /** Reads until `from` is known. */
  async reach(from: number): Promise<void> {
    this.wanted = Math.min(from, this.wanted);
    if (this.reading.value) return;
    this.reading.value = true;
    try {
      while (this.next !== undefined && this.reached.value > this.wanted && !this.full.value) {
        const page: {items: HistoryEntry[]; next: string | undefined} = await getPage<HistoryEntry>('api/v1/history', this.next, this.stopped.signal);
        this.take(page.items);
        this.next = page.next;
        const last = page.items.at(-1);
        this.reached.value = this.next === undefined ? 0 : Date.parse(last?.at ?? '');
        this.full.value = this.next !== undefined && this.read >= MOST_READ;
      }
      this.fault.value = '';
    } catch (said) {
      if (!this.stopped.signal.aborted) this.fault.value = this.messageOf(said);
    }
    this.reading.value = false;
  }

  /** What came since it was last read. */
  async follow(): Promise<void> {
    if (this.reading.value || this.reached.value === Infinity) return;
    const before = this.newest;
    try {
      let query: string | undefined = this.query(before ? `since=${encodeURIComponent(before)}` : 'since=1d');
      for (let pages = 0; query !== undefined && pages < MOST_READ / PAGE; pages++) {
        const page: {items: HistoryEntry[]; next: string | undefined} = await getPage<HistoryEntry>('api/v1/history', query, this.stopped.signal);
        this.take(page.items);
        query = page.next;
      }
      this.fault.value = '';
    } catch (said) {
      if (!this.stopped.signal.aborted) this.fault.value = this.messageOf(said);
    }
  }

  stop(): void {
    this.stopped.abort();
  }
}
