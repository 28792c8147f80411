// The severities that rules give, worst first (docs/rules-severity.md). Others are shown as they are.

export const SEVERITIES = ['critical', 'major', 'minor', 'warning', 'info'] as const;
export type Tone = (typeof SEVERITIES)[number] | 'none';

const OTHERS: Readonly<Record<string, Tone>> = {
  emergency: 'critical', fatal: 'critical', page: 'critical', p1: 'critical',
  error: 'major', high: 'major', p2: 'major', medium: 'minor', low: 'warning',
  warn: 'warning', notice: 'info', informational: 'info', debug: 'info',
};

/** How a severity is drawn and where it is sorted. */
export function tone(severity: string): Tone {
  const word = severity.toLowerCase();
  return SEVERITIES.find((one) => one === word) ?? OTHERS[word] ?? 'none';
}

/** 0 is worst. */
export function rank(severity: string): number {
  const at = SEVERITIES.findIndex((one) => one === tone(severity));
  return at < 0 ? SEVERITIES.length : at;
}
