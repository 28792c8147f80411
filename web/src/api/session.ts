// Who is signed in, and what they may do; a daemon without sign-in (or an older one) lets everybody do everything.
import {signal} from '@preact/signals';
import {author} from '../lib/settings';
import {ApiError, getJson, hasRoute, needsToken, post, remove, signIn as signInByToken} from './client';

export interface Session {
  required: boolean;
  signed_in: boolean;
  by: 'session' | 'request' | null;
  name: string;
  rights: ('view' | 'change')[];
  ways: ('password' | 'token')[];
  expires?: string;
}

/** Undefined: the daemon has no route for it. */
export const session = signal<Session | undefined>(undefined);

function take(found: Session): void {
  session.value = found;
  if (found.required && found.rights.length === 0) needsToken.value = true;
  if (found.signed_in && found.name) author.value = found.name;
}

export async function readSession(): Promise<void> {
  try {
    if (!(await hasRoute('GET /api/v1/session'))) return;
    take(await getJson<Session>('api/v1/session'));
  } catch {
    session.value = undefined;
  }
}

export async function signIn(said: {username: string; password: string} | {token: string}): Promise<void> {
  if (!session.value && 'token' in said) {
    signInByToken(said.token);
    return;
  }
  try {
    take(await post<Session>('api/v1/session', said));
    needsToken.value = false;
  } catch (fault) {
    if (!(fault instanceof ApiError) || fault.status !== 404 || !('token' in said)) throw fault;
    signInByToken(said.token);
  }
}

export async function signOut(): Promise<void> {
  await remove('api/v1/session');
  sessionStorage.removeItem('alarum.token');
  await readSession();
}

/** Whether the reader may do more than look. */
export function canChange(): boolean {
  return session.value === undefined || session.value.rights.includes('change');
}
