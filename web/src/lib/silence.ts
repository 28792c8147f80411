// Silences as people write them.
import type {Silence, SilenceDraft, WireMatcher} from '../api/types';
import {isRegex, matchersText, type Matcher, type Op} from './matchers';

export function toWire(list: readonly Matcher[]): WireMatcher[] {
  return list.map(({name, op, value}) => ({name, value, isRegex: isRegex(op), isEqual: op === '=' || op === '=~'}));
}

export function fromWire(list: readonly WireMatcher[]): Matcher[] {
  return list.map(({name, value, isRegex: regex, isEqual: equal}) => {
    const op: Op = regex ? (equal ? '=~' : '!~') : equal ? '=' : '!=';
    return {name, op, value};
  });
}

export function textOf(silence: Silence): string {
  return matchersText(fromWire(silence.matchers));
}

/** From `start` on. */
export function draft(matchers: readonly Matcher[], lasts: number, by: string, comment: string, start: number): SilenceDraft {
  return {
    matchers: toWire(matchers),
    startsAt: new Date(start).toISOString(),
    endsAt: new Date(start + lasts).toISOString(),
    createdBy: by,
    comment,
  };
}

/** What is still to come of it, or how long it lasted if it is over: what "make again" offers. */
export function lengthOf(silence: Silence, now: number): number {
  const ends = Date.parse(silence.endsAt);
  const left = ends - Math.max(now, Date.parse(silence.startsAt));
  return left > 0 ? left : Math.max(60_000, ends - Date.parse(silence.startsAt));
}
