// The tree of routes as the daemon shows it (Alertmanager's form), walked for a set of labels as the daemon walks it.
import {isRegex, matcherText, parseMatchers, tester, type Labels} from './matchers';

export interface Route {
  receiver: string;
  group_by?: string[];
  matchers?: string[];
  group_wait?: string;
  group_interval?: string;
  repeat_interval?: string;
  continue?: boolean;
  mute_time_intervals?: string[];
  active_time_intervals?: string[];
  routes?: Route[];
}

/** `reached`: it notifies. `passed`: a route below it does. `failed`: a matcher does not fit. `skipped`: a route above it took the alert. */
export type Outcome = 'reached' | 'passed' | 'failed' | 'skipped';

export interface Step {route: Route; outcome: Outcome; matchers: {text: string; fits: boolean; seen: string}[]; below: Step[]}

function judged(route: Route, labels: Labels): Step['matchers'] {
  return (route.matchers ?? []).flatMap((text) => parseMatchers(text)).map((one) => ({text: matcherText(one), fits: tester([one])(labels), seen: labels[one.name] ?? ''}));
}

function skipped(route: Route): Step {
  return {route, outcome: 'skipped', matchers: (route.matchers ?? []).map((text) => ({text, fits: false, seen: ''})), below: (route.routes ?? []).map(skipped)};
}

function failed(route: Route, matchers: Step['matchers']): Step {
  return {route, outcome: 'failed', matchers, below: (route.routes ?? []).map(skipped)};
}

/** As RouteTree::collect: the first child that fits takes the alert, unless it says `continue`; without one the route itself. */
export function walk(route: Route, labels: Labels): Step {
  const below: Step[] = [];
  let taken = false;
  let ended = false;
  for (const child of route.routes ?? []) {
    const matchers = judged(child, labels);
    if (ended) below.push(skipped(child));
    else if (!matchers.every((one) => one.fits)) below.push(failed(child, matchers));
    else {
      below.push({...walk(child, labels), matchers});
      taken = true;
      ended = child.continue !== true;
    }
  }
  return {route, outcome: taken ? 'passed' : 'reached', matchers: judged(route, labels), below};
}

/** The routes that notify, in their order. */
export function reached(step: Step): Route[] {
  if (step.outcome === 'reached') return [step.route];
  return step.outcome === 'passed' ? step.below.flatMap(reached) : [];
}

/** `alertname="Down", severity="critical"`, or a bare word for the name. Undefined: it is no set of labels. */
export function labelsOf(text: string): Record<string, string> | undefined {
  try {
    const list = parseMatchers(text);
    if (list.some((one) => one.op !== '=' || isRegex(one.op))) return undefined;
    return Object.fromEntries(list.map((one) => [one.name, one.value]));
  } catch {
    return undefined;
  }
}

/** Where each of many alerts goes: matchers are compiled once. */
export function router(root: Route): (labels: Labels) => Route[] {
  interface Compiled {route: Route; fits: (labels: Labels) => boolean; below: Compiled[]}
  const compile = (route: Route): Compiled => ({route, fits: tester((route.matchers ?? []).flatMap((text) => parseMatchers(text))), below: (route.routes ?? []).map(compile)});
  const collect = ({route, below}: Compiled, labels: Labels, out: Route[]) => {
    const before = out.length;
    for (const child of below) {
      if (!child.fits(labels)) continue;
      collect(child, labels, out);
      if (child.route.continue !== true) break;
    }
    if (out.length === before) out.push(route);
  };
  const compiled = compile(root);
  return (labels) => {
    const out: Route[] = [];
    collect(compiled, labels, out);
    return out;
  };
}

/** The receivers that routes name, by name. */
export function receiversOf(route: Route): string[] {
  const names = new Set<string>();
  const add = (one: Route) => {
    if (one.receiver) names.add(one.receiver);
    one.routes?.forEach(add);
  };
  add(route);
  return [...names].sort();
}
