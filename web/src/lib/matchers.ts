// Alertmanager's matchers (docs/matchers.md): `severity="critical"`, `rack=~"r1|r2"`, in braces or not.

export type Op = '=' | '!=' | '=~' | '!~';
export interface Matcher {name: string; op: Op; value: string}
export type Labels = Readonly<Record<string, string>>;

export class MatcherFault extends Error {
  constructor(message: string, readonly at: number) {
    super(message);
  }
}

const OPS: readonly Op[] = ['=~', '!~', '!=', '='];
const PLAIN_NAME = /^[^\s{}!=~,"'`\\]+/;
const PLAIN_VALUE = /^[^\s{},"'`\\]+/;

/** Reads a list of matchers one after the other. */
class Reader {
  at = 0;
  constructor(readonly text: string) {}

  rest(): string {
    return this.text.slice(this.at);
  }
  space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }
  fault(message: string): never {
    throw new MatcherFault(message, this.at);
  }
  quoted(): string {
    let out = '';
    for (this.at++; this.at < this.text.length; this.at++) {
      const c = this.text[this.at] ?? '';
      if (c === '"') {
        this.at++;
        return out;
      }
      if (c !== '\\') {
        out += c;
        continue;
      }
      const next = this.text[++this.at] ?? '';
      out += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`;
    }
    return this.fault('the quote has no end');
  }
  word(pattern: RegExp, what: string): string {
    if (this.text[this.at] === '"') return this.quoted();
    const found = pattern.exec(this.rest())?.[0];
    if (found === undefined) return this.fault(`${what} is missing`);
    this.at += found.length;
    return found;
  }
  op(): Op | undefined {
    this.space();
    const op = OPS.find((one) => this.text.startsWith(one, this.at));
    if (op) this.at += op.length;
    this.space();
    return op;
  }
  matcher(): Matcher {
    const name = this.word(PLAIN_NAME, 'a label name');
    const op = this.op();
    if (!op) return {name: 'alertname', op: '=', value: name};
    const ends = /^\s*([,}]|$)/.test(this.rest());
    const value = ends ? '' : this.word(PLAIN_VALUE, 'a value');
    return check({name, op, value}, this);
  }
}

function check(matcher: Matcher, reader: Reader): Matcher {
  if (isRegex(matcher.op) && !compile(matcher.value))
    reader.fault(`the expression ${matcher.value} does not compile`);
  return matcher;
}

/** A bare word is an alertname, as on the command line. Throws a MatcherFault with its place. */
export function parseMatchers(text: string): Matcher[] {
  const reader = new Reader(text);
  const out: Matcher[] = [];
  const skip = () => {
    while (/[\s,{}]/.test(reader.text[reader.at] ?? '')) reader.at++;
  };
  skip();
  while (reader.at < text.length) {
    out.push(reader.matcher());
    skip();
  }
  return out;
}

export function isRegex(op: Op): boolean {
  return op === '=~' || op === '!~';
}

export function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function nameText(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) ? name : quote(name);
}

export function matcherText({name, op, value}: Matcher): string {
  return nameText(name) + op + quote(value);
}

export function matchersText(list: readonly Matcher[]): string {
  return list.map(matcherText).join(', ');
}

function attempt(body: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${body})$`, flags);
  } catch {
    return undefined;
  }
}

// RE2 is not JavaScript's language, but what people write in a filter is nearly always in both.
const compiled = new Map<string, RegExp | undefined>();
function compile(expression: string): RegExp | undefined {
  if (compiled.has(expression)) return compiled.get(expression);
  const flags = /^\(\?([ims]+)\)/.exec(expression);
  const body = flags ? expression.slice(flags[0].length) : expression;
  const [, said = ''] = flags ?? [];
  const out = attempt(body, `u${said}`) ?? attempt(body, said);  // without u more escapes are taken
  if (compiled.size > 500) compiled.clear();
  compiled.set(expression, out);
  return out;
}

/** A test for many values of one label. */
export function valueTester({op, value}: Matcher): (seen: string) => boolean {
  if (!isRegex(op)) return op === '=' ? (seen) => seen === value : (seen) => seen !== value;
  const expression = compile(value);
  if (!expression) return (seen) => (seen === value) === (op === '=~');
  return op === '=~' ? (seen) => expression.test(seen) : (seen) => !expression.test(seen);
}

/** A test for many label sets. A label that is missing counts as the empty text. */
export function tester(list: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = list.map((one) => ({name: one.name, fits: valueTester(one)}));
  return (labels) => tests.every(({name, fits}) => fits(labels[name] ?? ''));
}

export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

const MOST_ALTERNATIVES = 100;

/** The narrowest matchers that fit all of these label sets: what a silence for them asks for. */
export function matchersFor(sets: readonly Labels[]): Matcher[] {
  const [first, ...others] = sets;
  if (!first) return [];
  const out: Matcher[] = [];
  for (const name of Object.keys(first).sort(nameFirst)) {
    const values = new Set(sets.map((one) => one[name] ?? ''));
    if (others.some((one) => one[name] === undefined)) continue;
    if (values.size === 1) out.push({name, op: '=', value: first[name] ?? ''});
    else if (values.size <= MOST_ALTERNATIVES)
      out.push({name, op: '=~', value: [...values].sort().map(escapeRegex).join('|')});
  }
  return out;
}

export function nameFirst(a: string, b: string): number {
  if (a === 'alertname' || b === 'alertname') return a === b ? 0 : a === 'alertname' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface Completion {from: number; options: string[]}

/**
 * What may stand at `caret`: names of labels, or values of the label that stands before the
 * operator. `values` gives the known ones by label.
 */
export function complete(
  text: string,
  caret: number,
  values: ReadonlyMap<string, readonly string[]>,
  most = 12,
): Completion {
  const before = text.slice(0, caret);
  const found = /(?:^|[\s,{])("(?:[^"\\]|\\.)*"|[^\s{}!=~,"]+)\s*(=~|!~|!=|=)\s*("?)((?:[^"\\,}]|\\.)*)$/.exec(before);
  if (found) {
    const [, name = '', , mark = '', typed = ''] = found;
    const bare = name.startsWith('"') ? name.slice(1, -1) : name;
    const needle = typed.toLowerCase();
    const fits = (values.get(bare) ?? []).filter((one) => one.toLowerCase().includes(needle));
    return {from: caret - typed.length - mark.length, options: fits.slice(0, most).map(quote)};
  }
  const typed = /[^\s{},"]*$/.exec(before)?.[0] ?? '';
  const needle = typed.toLowerCase();
  const names = [...values.keys()].filter((one) => one.toLowerCase().includes(needle));
  return {from: caret - typed.length, options: names.sort(nameFirst).slice(0, most).map((one) => `${nameText(one)}=`)};
}
