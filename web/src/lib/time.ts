// Times and durations as people read and write them.

const UNITS: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** `90061000` is `1d 1h`: the two largest units. */
export function durationText(ms: number): string {
  if (ms < 1000) return '0s';
  const parts: string[] = [];
  let left = ms;
  for (const [name, unit] of UNITS) {
    const count = Math.floor(left / unit);
    left -= count * unit;
    if (count > 0) parts.push(`${count}${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** `1h30m`, `2d`, `1w` in milliseconds; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  const compact = text.replace(/\s+/g, '');
  if (!/^(\d+(?:\.\d+)?(?:w|d|h|m|s))+$/.test(compact)) return undefined;
  let out = 0;
  for (const [, count = '', unit = ''] of compact.matchAll(/(\d+(?:\.\d+)?)(w|d|h|m|s)/g)) {
    const size = unit === 'w' ? 604_800_000 : (UNITS.find(([name]) => name === unit)?.[1] ?? 0);
    out += Number(count) * size;
  }
  return out > 0 ? Math.round(out) : undefined;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `2026-11-30 20:36:55`; in UTC with a Z behind it. */
export function timeText(ms: number, utc: boolean): string {
  if (!Number.isFinite(ms)) return '';
  const at = new Date(ms);
  if (utc) return `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return (
    `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ` +
    `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  );
}

/** Of today the time alone, else with the day. */
export function shortTime(ms: number, utc: boolean, now: number): string {
  const [day = '', time = ''] = timeText(ms, utc).split(' ');
  return day === timeText(now, utc).split(' ')[0] ? time : `${day.slice(5)} ${time.slice(0, 5)}${utc ? 'Z' : ''}`;
}
