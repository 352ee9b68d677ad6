import type { AppProcess } from '../apps/app-process.js';
import type { KnownSession, Ledger } from './ledger.js';
import type { Requests } from './requests.js';

/** Asks an app about a session, and records its response. @returns whether there was one. */
export async function askAbout(
  session: KnownSession,
  app: AppProcess,
  { requests, ledger }: { readonly requests: Requests; readonly ledger: Ledger },
  path = '/wechat/session',
): Promise<boolean> {
  const { expected } = session;
  const answer = await requests.send(app, 'GET', path, { token: session.token });
  if (answer?.status === 200) ledger.seenLive(session, expected);
  if (answer?.status === 401) ledger.seenRefused(session, expected, answer.body?.errorCode);
  return answer?.status === 200 || answer?.status === 401;
}
