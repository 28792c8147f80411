// Which tabs keep a stream open. Over HTTP/1.1 a browser opens six connections to a host, for all of its
// tabs together: those that nobody looks at give theirs back, but for the one that is to notify.

const GRACE = 2000;  // who only looks something up elsewhere is back by then

// There is none where the tests run.
const page = globalThis.document as Document | undefined;

let notifier = false;
let giveUp: (() => void) | undefined;
const listeners = new Set<() => void>();

function turned(): void {
  for (const one of [...listeners]) one();
}

/** Whether this tab may keep a stream. */
export function isKept(): boolean {
  return notifier || !page?.hidden;
}

/** Calls `listener` whenever isKept() may have changed; what it returns ends that. */
export function whenTurned(listener: () => void): () => void {
  if (listeners.size === 0) page?.addEventListener('visibilitychange', turned);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) page?.removeEventListener('visibilitychange', turned);
  };
}

/** Of several tabs that are to notify one keeps its stream while it is hidden: who has the lock. A browser does not freeze that one. */
export function keepForNotifications(wanted: boolean): void {
  if (!wanted) giveUp?.();
  if (!wanted || giveUp || !('locks' in navigator)) return;
  const stop = new AbortController();
  giveUp = () => { stop.abort(); };
  void navigator.locks
    .request('alarum-notifies', {signal: stop.signal}, () => {
      notifier = true;
      turned();
      return new Promise<void>((done) => {
        giveUp = done;
      });
    })
    .catch(() => undefined)
    .finally(() => {
      notifier = false;
      giveUp = undefined;
      turned();
    });
}

/** A signal that ends with `whole`, or when this tab has been hidden for a while. `end` must be called. */
export function untilHidden(whole: AbortSignal): {signal: AbortSignal; end: () => void} {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const abort = () => { stop.abort(); };
  const look = () => {
    clearTimeout(timer);
    timer = isKept() ? undefined : setTimeout(abort, GRACE);
  };
  const forget = whenTurned(look);
  whole.addEventListener('abort', abort);
  look();
  return {
    signal: stop.signal,
    end: () => {
      clearTimeout(timer);
      forget();
      whole.removeEventListener('abort', abort);
    },
  };
}
