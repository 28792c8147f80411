// The ledger's figures as steps: what comes in, what goes on, and what was left behind for which reason.
import type {Ledger} from '../api/types';
import type {Change} from './url';

export interface Part {
  name: string;
  count: number;
  kind: 'on' | 'wait' | 'drop' | 'bad';  // goes on, is still to come, was left out on purpose, was lost
  to?: {view: string; params: Change};
}

/** `rest`: what the parts lack to add up; 0 if all is well. */
export interface FlowStep {name: string; total: number; parts: Part[]; rest: number}

function stepOf(name: string, total: number | undefined, parts: Part[]): FlowStep {
  const sum = parts.reduce((all, one) => all + one.count, 0);
  return {name, total: total ?? sum, parts, rest: (total ?? sum) - sum};
}

export function flowOf({events, matched_no_rule: none, suppressed, notifications}: Ledger): FlowStep[] {
  const event = (name: string) => (typeof events[name] === 'number' ? events[name] : 0);
  const made = (name: string) => notifications[name] ?? 0;
  const history = (kind: string, more: Change = {}): Part['to'] => ({view: 'history', params: {kind, since: '30d', ...more}});
  const reasons = Object.entries(suppressed).map(([name, count]): Part => ({name, count, kind: 'drop', to: {view: 'history', params: {kind: 'suppressed', why: name, since: '30d'}}}));
  const to = (part: Part, where: Part['to']): Part => (where ? {...part, to: where} : part);
  return [
    stepOf('received', event('received'), [
      {name: 'accepted', count: event('accepted'), kind: 'on'},
      {name: 'duplicate', count: event('duplicate'), kind: 'drop'},
      {name: 'not_kept', count: event('unmatched'), kind: 'drop'},
      {name: 'rejected', count: event('rejected'), kind: 'bad', to: {view: 'events', params: {show: 'rejected'}}},
    ]),
    stepOf('accepted', event('accepted'), [
      {name: 'matched', count: Math.max(0, event('processed') - none.events), kind: 'on', to: {view: 'events', params: {show: 'matched'}}},
      {name: 'no_rule', count: none.events, kind: 'drop', to: {view: 'events', params: {show: 'unmatched'}}},
      {name: 'pending', count: event('pending'), kind: 'wait'},
    ]),
    stepOf('changes', undefined, [to({name: 'made', count: made('made'), kind: 'on'}, history('notification')), ...reasons]),
    stepOf('made', made('made'), [
      to({name: 'delivered', count: made('delivered'), kind: 'on'}, history('notification')),
      {name: 'waiting', count: made('pending'), kind: 'wait'},
      {name: 'dropped', count: made('dropped'), kind: 'bad'},
      {name: 'dead', count: made('dead'), kind: 'bad', to: {view: 'delivery', params: {}}},
      {name: 'lost', count: made('lost'), kind: 'bad'},
    ]),
  ];
}
