// Events as the journal has them: which ones somebody looks for, and what the rules made of one.
import {parseMatchers, tester, valueTester, type Labels, type Matcher} from './matchers';

export interface WireEvent {
  offset: number;
  arrived: string;
  id: string;
  source: string;
  type: string;
  subject: string;
  format: string;
  sender: string;
  time?: string;
  status?: string;
  severity?: string;
  data?: unknown;
  rules: string[];
}

export interface Rejected {time: string; format: string; sender: string; reason: string; message: string; body: string; sequence: number}

/** The fields of an event that matchers read; of `data` those that are texts, numbers or booleans. */
export function fieldsOf(event: WireEvent): Labels {
  const out: Record<string, string> = {
    id: event.id, source: event.source, type: event.type, subject: event.subject, format: event.format, sender: event.sender,
    severity: event.severity ?? '', status: event.status ?? '', rule: event.rules.join(', '),
  };
  const add = (value: unknown, path: string, depth: number) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') out[path] = String(value);
    else if (value && typeof value === 'object' && depth < 6) for (const [name, inner] of Object.entries(value)) add(inner, `${path}.${name}`, depth + 1);
  };
  add(event.data, 'data', 0);
  return out;
}

interface Made {fields?: Labels; whole?: string; parts?: string}
const made = new WeakMap<WireEvent, Made>();  // events do not change: while somebody types, each is read once

function madeOf(event: WireEvent): Made {
  const known = made.get(event) ?? {};
  made.set(event, known);
  return known;
}

// As the daemon's `contains`: with capitals, in source, type, subject or data.
function partsOf({source, type, subject, data}: WireEvent): string {
  return [source, type, subject, typeof data === 'string' ? data : JSON.stringify(data ?? '')].join('\n');
}

// One of an event's rules fits, or none of them is what it must not be; an event without rules has the empty one.
function ruleTester(matcher: Matcher): (rules: readonly string[]) => boolean {
  const fits = valueTester(matcher);
  const not = matcher.op.startsWith('!');
  return (rules) => (rules.length === 0 ? fits('') : not ? rules.every(fits) : rules.some(fits));
}

/** A bare word is looked for in the whole event, in any case. Undefined: it is no filter yet. */
export function eventTester(text: string): ((event: WireEvent) => boolean) | undefined {
  let list: Matcher[];
  try {
    list = parseMatchers(text);
  } catch {
    return undefined;
  }
  const isWord = (one: Matcher) => one.name === 'alertname' && one.op === '=';
  const isText = (one: Matcher) => one.name === 'contains' && one.op === '=';
  const words = list.filter(isWord).map((one) => one.value.toLowerCase());
  const texts = list.filter(isText).map((one) => one.value).slice(1);  // the first is the daemon's to look for: it has the text as it came
  const rules = list.filter((one) => one.name === 'rule').map(ruleTester);
  const fields = tester(list.filter((one) => !isWord(one) && !isText(one) && one.name !== 'rule'));
  return (event) => {
    const known = madeOf(event);
    if (words.length > 0) {
      const whole = (known.whole ??= JSON.stringify(event).toLowerCase());
      if (!words.every((one) => whole.includes(one))) return false;
    }
    if (texts.length > 0) {
      const parts = (known.parts ??= partsOf(event));
      if (!texts.every((one) => parts.includes(one))) return false;
    }
    return rules.every((fits) => fits(event.rules)) && fields((known.fields ??= fieldsOf(event)));
  };
}

export interface Failed {path: string; expected: string; seen: string[]; place: string}
export interface Test {fits: boolean; no_single_element?: boolean; failed: Failed[]}
export interface Verdict {alert: string; verdict: string; match?: Test; until?: Test; annotate?: Test; steps?: Test[]}
export interface Explained {event?: string; offset?: number; time?: Record<string, string>; rules?: Verdict[]; changes?: {kind: string; alert: string; key: string; id: string}[]; alert?: string; key?: string; id?: string}

/** The part of a rule that came nearest: the one with the fewest clauses that failed. */
export function nearest({match, until, annotate, steps}: Verdict): {part: 'match' | 'until' | 'annotate' | 'step'; test: Test} | undefined {
  const parts: {part: 'match' | 'until' | 'annotate' | 'step'; test: Test}[] = [];
  if (match) parts.push({part: 'match', test: match});
  for (const test of steps ?? []) parts.push({part: 'step', test});
  if (until) parts.push({part: 'until', test: until});
  if (annotate) parts.push({part: 'annotate', test: annotate});
  return parts.filter((one) => !one.test.fits && one.test.failed.length > 0).sort((a, b) => a.test.failed.length - b.test.failed.length)[0];
}

export interface Sorted {matched: Verdict[]; near: Verdict[]; others: Verdict[]}

/** What matched; what did not, the nearest first; and rules that no event of this kind can match. */
export function sortVerdicts(list: readonly Verdict[]): Sorted {
  const matched = list.filter((one) => one.verdict !== 'none');
  const missed = list.filter((one) => one.verdict === 'none').map((one) => ({one, near: nearest(one)}));
  const near = missed.filter((one) => one.near !== undefined).sort((a, b) => (a.near?.test.failed.length ?? 0) - (b.near?.test.failed.length ?? 0) || passed(b.one) - passed(a.one));
  return {matched, near: near.map((one) => one.one), others: missed.filter((one) => one.near === undefined).map((one) => one.one)};
}

// Of two rules with as many faults the one whose fault is not the kind of the event is nearer.
function passed(verdict: Verdict): number {
  const failed = nearest(verdict)?.test.failed ?? [];
  return failed.some((one) => one.path === 'source') ? 0 : failed.some((one) => one.path === 'type') ? 1 : 2;
}
