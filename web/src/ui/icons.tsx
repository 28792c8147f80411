/** A mark whose shape differs as well as its colour: one for each severity. */
import {tone, type Tone} from '../lib/severity';

const SHAPES: Readonly<Record<Tone, string>> = {
  critical: 'M8 1 15 8 8 15 1 8z',
  major: 'M8 1.5 15 14H1z',
  minor: 'M2 2h12v12H2z',
  warning: 'M8 14.5 1 2h14z',
  info: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z',
  none: 'M3 7h10v2H3z',
};

export function SeverityMark({severity}: {severity: string}) {
  return (
    <svg class={`mark sev-${tone(severity)}`} viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d={SHAPES[tone(severity)]} />
    </svg>
  );
}

/** A bell that is crossed out. */
export function SilenceIcon() {
  return (
    <svg class="mark" viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
      <path d="M8 1.5a4 4 0 0 0-4 4v3L2.5 11h11L12 8.5v-3a4 4 0 0 0-4-4zM6.5 12.5a1.5 1.5 0 0 0 3 0zM2.2 1.2 1.2 2.2l12.6 12.6 1-1z" />
    </svg>
  );
}
