// What the daemon answers (docs/alerts-api.md, docs/http.md).

export interface Reference {id: string; rule: string; key: string; since?: string}

export interface WireAlert {
  id: string;
  rule: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  updatedAt: string;
  lastSeen: string;
  fingerprint: string;
  count: number;
  reason: string;
  late: boolean;
  generatorURL?: string;
  receivers: {name: string}[];
  status: {state: string; silencedBy: string[]; inhibitedBy: string[]; mutedBy?: string[]; noIntegration?: string[]};
  members?: Reference[];
  membersCount?: number;
  absorbedBy?: Reference[];
  memberOf?: Reference[];
  waitingFor?: string[];
  acknowledged?: {by: string; comment: string; at: string; until?: string};
}

export interface WireMatcher {name: string; value: string; isRegex: boolean; isEqual: boolean}

export interface Silence {
  id: string;
  status: {state: 'active' | 'pending' | 'expired'};
  updatedAt: string;
  comment: string;
  createdBy: string;
  startsAt: string;
  endsAt: string;
  matchers: WireMatcher[];
  untilResolved?: boolean;
}

export interface SilenceDraft {
  id?: string;
  matchers: WireMatcher[];
  startsAt: string;
  endsAt: string;
  createdBy: string;
  comment: string;
  untilResolved?: boolean;
}

export interface SilenceCheck {
  valid: boolean;
  error: string;
  matches: WireAlert[];
  would_have_hidden: {since: string; alerts: number; by_alertname: Record<string, number>};
}

export interface PastAlert {
  id: string;
  rule: string;
  key: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  severity: string;
  state: string;
  reason: string;
  count: number;
  starts_at: string | null;
  last_seen: string | null;
  ends_at: string | null;
}

export interface HistoryEntry {
  at: string;
  offset: number;
  alert: string;
  kind: string;
  by?: string | string[];
  comment?: string;
  after?: PastAlert;
  id?: string;
  target?: string;
  outcome?: string;
  attempts?: number;
  detail?: string;
  answer?: string;
  why?: string;
  receiver?: string;
  group?: string;
  state?: string;
}

export interface Status {
  version: string;
  started?: string;
  generation: string;
  rules: number;
  config: {
    file: string;
    last_reload_successful: boolean;
    last_reload_success: string;
    last_reload_fault: string;
    needs_restart: string[];
  };
  journal: {end_offset: number; bytes: number; segments: number};
  engine: {processed: number; backlog_bytes: number};
  formats?: {rejected: number}[];
  sources?: {rejected: number}[];
}

export interface DeadLetter {
  id: string;
  target: string;
  group_key: string;
  alert_id: string;
  detail: string;
  answer: string;
  attempts: number;
  created: string;
  at: string;
  headers?: unknown;
  body?: string;
}

export interface DeadLetters {
  causes: {target: string; detail: string; answer: string; count: number; oldest: string; newest: string}[];
  letters: DeadLetter[];
  next?: string;
}

export interface Redriven {dry_run: boolean; letters: {id: string; outcome: string; as: string}[]}

export interface Ledger {
  events: Record<string, number | Record<string, number>>;
  matched_no_rule: {events: number; by_kind: Record<string, number>};
  transitions: Record<string, number>;
  suppressed: Record<string, number>;
  notifications: Record<string, number>;
  faults: string[];
  [more: string]: unknown;
}
