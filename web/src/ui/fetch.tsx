// What a view asks the daemon for: read when the view opens, and again while it is looked at.
import {useSignal, type Signal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {needsToken} from '../api/client';
import {t} from '../lib/texts';
import {messageOf} from './toast';

export interface Fetched<T> {data: Signal<T | undefined>; fault: Signal<string>; reload: () => Promise<void>}

/** `key`: what the answer depends on; another one reads again at once. `every`: seconds. */
export function useFetched<T>(read: (stop: AbortSignal) => Promise<T>, key: string, every = 10): Fetched<T> {
  const data = useSignal<T | undefined>(undefined);
  const fault = useSignal('');
  const load = async (stop: AbortSignal) => {
    try {
      const found = await read(stop);
      if (stop.aborted) return;
      data.value = found;
      fault.value = '';
    } catch (said) {
      if (!stop.aborted) fault.value = messageOf(said);
    }
  };
  useEffect(() => {
    const stop = new AbortController();
    void load(stop.signal);
    const timer = setInterval(() => {
      if (!document.hidden && !needsToken.value) void load(stop.signal);
    }, every * 1000);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` says what it depends on
  }, [key, every]);
  return {data, fault, reload: () => load(new AbortController().signal)};
}

export function Waiting({of}: {of: Fetched<unknown>}) {
  if (of.fault.value) return <p class="fault" role="alert"><bdi>{of.fault.value}</bdi></p>;
  return of.data.value === undefined ? <p class="nothing">{t('loading')}</p> : null;
}
