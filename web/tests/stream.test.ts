import {afterEach, describe, expect, test, vi} from 'vitest';

vi.stubGlobal('location', {pathname: '/', search: ''});
vi.stubGlobal('sessionStorage', {getItem: () => null});
const {ApiError, getPatiently, retryAfter} = await import('../src/api/client');
const {pauseAfter, runStream} = await import('../src/api/stream');
const {EventStream} = await import('../src/lib/event-stream');

const json = (value: unknown) => new Response(JSON.stringify(value), {headers: {'Content-Type': 'application/json'}});
const event = (offset: number) => ({offset, id: `e${offset}`, rules: []});

/** A daemon: what it was asked for, and streams that stay open. */
function daemon(end: number, refusals = 0) {
  const asked: string[] = [];
  const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    if (path.includes('/status')) return Promise.resolve(json({journal: {end_offset: end}}));
    if (path.includes('/stream')) {
      if (refusals-- > 0) return Promise.resolve(new Response('{"error": "too_many_streams", "message": "full"}', {status: 503, headers: {'Retry-After': '7'}}));
      return Promise.resolve(new Response(new ReadableStream<Uint8Array>({start: (one) => { streams.push(one); }}), {headers: {'Content-Type': 'text/event-stream'}}));
    }
    const query = new URL(path, 'http://a').searchParams;
    const from = Number(query.get('from'));
    const next = Math.min(end, from + Number(query.get('limit')));
    return Promise.resolve(json({events: Array.from({length: next - from}, (_, at) => event(from + at)), next}));
  });
  const say = (name: string, id: number, data: unknown) => streams.at(-1)?.enqueue(new TextEncoder().encode(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`));
  return {asked, streams, say};
}

const offsets = (stream: {events: {value: readonly {offset: number}[]}}) => stream.events.value.map((one) => one.offset);

describe('events as they come', () => {
  afterEach(() => { vi.useRealTimers(); });
  test('the newest are read, then the stream goes on where they end', async () => {
    const {asked, say, streams} = daemon(300);
    const stream = new EventStream('', String);
    await stream.start();
    expect(offsets(stream).slice(0, 2)).toEqual([299, 298]);
    stream.follow();
    await vi.waitFor(() => { expect(streams.length).toBe(1); });
    expect(asked.at(-1)).toBe('/api/v1/events/stream?from=300');
    say('events', 302, {events: [event(299), event(300), event(301)], next: 302});
    await vi.waitFor(() => { expect(offsets(stream).slice(0, 3)).toEqual([301, 300, 299]); });
    expect(stream.feed.value).toBe('live');
    expect(stream.old(Date.now() + 14_000)).toBe(false);
    expect(stream.old(Date.now() + 16_000)).toBe(true);

    // Paused: nothing is asked for, and it goes on where it was.
    stream.pause();
    expect(stream.old(Date.now() + 16_000)).toBe(false);
    stream.follow();
    await vi.waitFor(() => { expect(streams.length).toBe(2); });
    expect(asked.at(-1)).toBe('/api/v1/events/stream?from=302');
    stream.stop();
  });
  test('the daemon looks for what is wanted, in larger steps', async () => {
    const {asked} = daemon(50_000);
    const stream = new EventStream('unmatched=true', String);
    await stream.start();
    expect(asked[1]).toBe('/api/v1/events?from=30000&limit=500&unmatched=true');
    stream.stop();
  });
  test('where records were passed over, it begins again there', async () => {
    const {say, streams} = daemon(10);
    const stream = new EventStream('', String);
    await stream.start();
    stream.follow();
    await vi.waitFor(() => { expect(streams.length).toBe(1); });
    say('skipped', 90_000, {from: 10, to: 90_000});
    await vi.waitFor(() => { expect(stream.next.value).toBe(90_000); });
    expect([offsets(stream), stream.first.value, stream.atStart.value]).toEqual([[], 90_000, false]);
    stream.stop();
  });
  test('a stream that is refused says why and when it is tried again, and is', async () => {
    vi.useFakeTimers();
    const {asked, streams} = daemon(0, 1);
    const stream = new EventStream('', (fault) => (fault as Error).message);
    await stream.start();
    stream.follow();
    await vi.advanceTimersByTimeAsync(0);
    expect(stream.broken.value).toEqual({why: 'full', again: Date.now() + 7000});
    await vi.advanceTimersByTimeAsync(6999);
    expect(streams.length).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect([streams.length, asked.filter((one) => one.includes('/stream')).length]).toEqual([1, 2]);
    stream.stop();
  });
});

describe('when to come again', () => {
  test.each([[null, undefined], ['10', 10_000], ['0', 0], ['999999', 60_000], ['Wed, 21 Oct 2026 07:28:00 GMT', undefined]])('Retry-After %s', (said, want) => expect(retryAfter(said)).toBe(want));
  test('as the daemon says, else longer each time', () => {
    expect([pauseAfter(new ApiError(503, '', '', 7000), 1000), pauseAfter(new ApiError(503, '', ''), 2000), pauseAfter(new ApiError(404, '', ''), 1000), pauseAfter(new TypeError(), 4000)]).toEqual([7000, 2000, 60_000, 4000]);
  });
  test('an end is an end', async () => {
    const stop = new AbortController();
    stop.abort();
    await runStream({path: () => '', wanted: () => true, message: () => undefined, state: () => undefined}, stop.signal);
  });
  test('where one may ask at a time, the next asks again', async () => {
    const answers = [new Response('{"error": "busy", "message": "b"}', {status: 503, headers: {'Retry-After': '0'}}), json([1])];
    vi.stubGlobal('fetch', () => Promise.resolve(answers.shift()));
    expect(await getPatiently('x', new AbortController().signal)).toEqual([1]);
  });
});

describe('a tab that nobody looks at', () => {
  test('gives its connection back, and goes on where it was', async () => {
    vi.useFakeTimers();
    const page = new EventTarget() as EventTarget & {hidden: boolean};
    page.hidden = false;
    vi.stubGlobal('document', page);
    vi.resetModules();
    const {runStream} = await import('../src/api/stream');
    const turn = (hidden: boolean) => { page.hidden = hidden; page.dispatchEvent(new Event('visibilitychange')); };
    const {streams, say} = daemon(10);
    const signals: (AbortSignal | undefined)[] = [];
    const answer = globalThis.fetch as unknown as (path: string) => Promise<Response>;
    vi.stubGlobal('fetch', (path: string, how: RequestInit) => {
      signals.push(how.signal ?? undefined);
      how.signal?.addEventListener('abort', () => { streams.at(-1)?.error(new DOMException('', 'AbortError')); });
      return answer(path);
    });
    const stop = new AbortController();
    const heard: string[] = [];
    const running: boolean[] = [];
    void runStream({path: () => 'api/v1/stream', wanted: () => true, message: (one) => { heard.push(one.id); }, state: (one) => { running.push(one); }}, stop.signal);
    await vi.advanceTimersByTimeAsync(0);
    say('alerts', 7, {});
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['7']);
    // Back within a moment: nothing happens.
    turn(true);
    await vi.advanceTimersByTimeAsync(1500);
    turn(false);
    await vi.advanceTimersByTimeAsync(5000);
    expect([streams.length, signals[0]?.aborted]).toEqual([1, false]);
    turn(true);
    await vi.advanceTimersByTimeAsync(2500);
    expect([signals[0]?.aborted, running.at(-1)]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(streams.length).toBe(1);
    turn(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(streams.length).toBe(2);
    stop.abort();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
});
