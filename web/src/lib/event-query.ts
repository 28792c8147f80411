// Of a filter of events what the daemon can look for (docs/live.md): it reads the journal, the page holds a part of it.
import {parseMatchers, type Matcher} from './matchers';

const FIELDS = new Set(['source', 'type', 'subject', 'format', 'sender', 'rule']);
const PREFIX = /^((?:[^\\^$.*+?()[\]{}|]|\\[.\-/])+)\.\*$/;

// The daemon's text for a matcher, with `*` at its end for all that begin so; undefined: it has none.
function wanted({name, op, value}: Matcher): string | undefined {
  if (op === '=') return value === '' || (value.endsWith('*') && name !== 'rule') ? undefined : value;
  const begin = op === '=~' && name !== 'rule' ? PREFIX.exec(value)?.[1] : undefined;
  return begin === undefined ? undefined : `${begin.replaceAll('\\', '')}*`;
}

/** Parameters of `GET /api/v1/events`; every event that the filter takes fits them. */
export function serverQuery(text: string, show: string): string {
  const query = new URLSearchParams();
  if (show === 'unmatched') query.set('unmatched', 'true');
  let list: Matcher[] = [];
  try {
    list = parseMatchers(text);
  } catch {
    // Half of a matcher: no filter yet.
  }
  for (const one of list) {
    if (query.has(one.name)) continue;
    const value = FIELDS.has(one.name) ? wanted(one) : one.name === 'contains' && one.op === '=' ? one.value : undefined;
    if (value) query.set(one.name, value);
  }
  return query.toString();
}
