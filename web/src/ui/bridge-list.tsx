// What happened to the bridge within a window, in words: for who reads rather than looks, and for a screen reader.
import {now} from '../api/live';
import type {Gap, Moment} from '../lib/lifecycle';
import {utc} from '../lib/settings';
import {t} from '../lib/texts';
import {durationText, shortTime} from '../lib/time';
import type {Window} from '../lib/timeline';

const MOST = 200;

export function momentText({kind, generation}: Moment): string {
  return t(`bridge.${kind}`) + (generation ? `, ${t('bridge.rules', generation.slice(0, 8))}` : '');
}

export function gapText({from, to, died}: Gap): string {
  return t(died ? 'bridge.gap.died' : 'bridge.gap', durationText(to - from));
}

export function BridgeList({moments, gaps, view}: {moments: readonly Moment[]; gaps: readonly Gap[]; view: Window}) {
  const inside = moments.filter((one) => one.at >= view.from && one.at <= view.to).map((one) => ({at: one.at, text: momentText(one)}));
  const without = gaps.filter((one) => one.to >= view.from && one.from <= view.to).map((one) => ({at: one.from, text: gapText(one)}));
  // The newest first, of the same moment too: a death may be of the millisecond of the start before it.
  const list = [...without, ...inside.reverse()].sort((a, b) => b.at - a.at);
  if (list.length === 0) return null;
  return (
    <details class="bridge"><summary>{t('bridge.list', list.length)}</summary>
      <ul class="plain">{list.slice(0, MOST).map((one, index) => <li key={index}><time dateTime={new Date(one.at).toISOString()}>{shortTime(one.at, utc(), now.value)}</time> {one.text}</li>)}</ul>
    </details>
  );
}
