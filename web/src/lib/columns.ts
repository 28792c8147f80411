// The labels of a long list as columns: a matcher is asked once for each value, not once for each alert.
import type {Alert} from './alerts';
import {valueTester, type Matcher} from './matchers';

interface Column {codes: Int32Array; values: string[]}

export class Columns {
  private readonly columns = new Map<string, Column>();

  constructor(readonly list: readonly Alert[]) {}

  private column(name: string): Column {
    const known = this.columns.get(name);
    if (known) return known;
    const codes = new Int32Array(this.list.length);
    const values: string[] = [];
    const places = new Map<string, number>();
    this.list.forEach((one, at) => {
      const value = one.labels[name] ?? '';
      let code = places.get(value);
      if (code === undefined) {
        code = values.length;
        values.push(value);
        places.set(value, code);
      }
      codes[at] = code;
    });
    const made = {codes, values};
    this.columns.set(name, made);
    return made;
  }

  /** Places in the list of what fits all matchers, in order. */
  fitting(matchers: readonly Matcher[]): Int32Array {
    const out = new Int32Array(this.list.length);
    const tests = matchers.map((one) => {
      const {codes, values} = this.column(one.name);
      const test = valueTester(one);
      const fits = new Uint8Array(values.length);
      for (let code = 0; code < values.length; code++) fits[code] = Number(test(values[code] ?? ''));
      return {codes, fits};
    });
    let count = 0;
    for (let at = 0; at < this.list.length; at++) {
      let all = true;
      for (const {codes, fits} of tests) {
        if (fits[codes[at] ?? 0] === 0) {
          all = false;
          break;
        }
      }
      if (all) out[count++] = at;
    }
    return out.subarray(0, count);
  }

  /** How many of these places have each value of a label, the most first; alerts without it do not count. */
  counts(places: Int32Array, name: string, most: number): [string, number][] {
    const {codes, values} = this.column(name);
    const sums = new Int32Array(values.length);
    for (const at of places) {
      const code = codes[at] ?? 0;
      sums[code] = (sums[code] ?? 0) + 1;
    }
    const out: [string, number][] = [];
    let least = 1;  // what does not reach it is not among the most
    for (let code = 0; code < values.length; code++) {
      const count = sums[code] ?? 0;
      if (count < least) continue;
      const value = values[code] ?? '';
      if (value === '') continue;
      const last = out[most - 1];
      if (last && mostFirst([value, count], last) > 0) continue;
      out.push([value, count]);
      out.sort(mostFirst).splice(most);
      least = out[most - 1]?.[1] ?? 1;
    }
    return out;
  }
}

function mostFirst(a: [string, number], b: [string, number]): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
}
