// What the view Now shows of what fires: by the address filtered, sorted, counted, grouped. Nothing is made again that has not changed.
import {computed, signal} from '@preact/signals';
import {alerts} from '../api/live';
import {groupAlerts, groupRouted, labelValues, sortAlerts, split, type Alert, type Sort} from './alerts';
import {Columns} from './columns';
import {parseMatchers, type Matcher} from './matchers';
import {router, type Route} from './routing';
import {param} from './url';

export function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== '');
}

export const ROUTED = '@routed';  // no label has such a name

export const values = computed(() => labelValues(alerts.value));

// The labels that tell alerts apart, but for what has a column already and what is too long for one.
export const usual = computed(() => {
  const known = ['rack', 'server', 'subject', 'instance', 'npu'];
  return known.filter((name) => values.value.has(name)).slice(0, 3);
});

// Each part of the address by itself: what depends on one is not made again when another changes.
const query = computed(() => param('q'));
const sortText = computed(() => param('sort', 'severity'));
const byText = computed(() => param('by'));
const withSuppressed = computed(() => param('suppressed') === '1');
const withAcknowledged = computed(() => param('acknowledged', '1') === '1');

export const filter = computed<{list: Matcher[]}>((): {list: Matcher[]} => {
  try {
    return {list: parseMatchers(query.value)};
  } catch {
    return {list: []};
  }
});
export const sort = computed<Sort>(() => {
  const said = sortText.value;
  return said.startsWith('-') ? {column: said.slice(1), down: true} : {column: said, down: false};
});
// Sorted before it is filtered: what is typed sorts nothing again.
export const sorted = computed(() => sortAlerts(alerts.value, sort.value));
export const columnsOf = computed(() => new Columns(sorted.value));
/** Places in `sorted` of what fits the filter. */
export const fitting = computed(() => columnsOf.value.fitting(filter.value.list));
/** Of what fits: what is shown, and what is counted beside the filter. */
export const found = computed(() => split(sorted.value, fitting.value, {suppressed: withSuppressed.value, acknowledged: withAcknowledged.value}));
export const shownAt = (at: number): Alert | undefined => sorted.value[found.value.places[at] ?? -1];
const shown = (): Alert[] => Array.from(found.value.places, (at) => sorted.value[at]).filter((one) => one !== undefined);
export const routes = signal<Route | undefined>(undefined);
export const by = computed(() => words(byText.value));
export const routed = computed(() => by.value[0] === ROUTED);
export const groups = computed(() => {
  if (routed.value) return routes.value ? groupRouted(shown(), router(routes.value)) : [];
  return by.value.length > 0 ? groupAlerts(shown(), by.value) : [];
});
