// The page's words, in English and Chinese. What the daemon says (rules, labels, errors) stays as it is.
import {en} from './texts-en';
import {zh} from './texts-zh';
import {language} from './settings';
import {durationText} from './time';

export type Key = keyof typeof en;

/** `{0}`, `{1}` … are replaced. */
export function t(key: Key, ...values: (string | number)[]): string {
  const text = (language.value === 'zh' ? zh : en)[key];
  return text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)] ?? ''));
}

/** A word of the daemon (a state, a reason): explained if it is known, shown as it is if not. */
export function word(kind: string, value: string): string {
  const key = `${kind}.${value}`;
  return key in en ? t(key as Key) : value;
}

/** `44s ago`, `in 5m`: of a time that lies `ms` back, or ahead where that is negative. */
export function agoText(ms: number): string {
  return t(ms < 0 ? 'in' : 'ago', durationText(Math.abs(ms)));
}
