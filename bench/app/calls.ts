import { randomBytes } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { SessionsService } from '../../src/index.js';
// The only import that is not public: a part that is measured separately.
import { SessionTokens } from '../../src/sessions/session-tokens.js';
import { randomUser, userId } from '../data/users.js';
import type { Settings } from '../settings.js';
import { EmptyGuard } from './jwt.guards.js';
import { storesOf, type Store } from './stores.js';

/** Different tokens in turn, all of them cached. */
const TOKENS = 1000;

/** @returns the number of calls. */
export type Call = () => Promise<number>;

/** Stores the login of a random user. */
const storing =
  (store: Store, { app: { appid }, users }: Settings): Call =>
  async () => {
    const { openid, n } = randomUser(users);
    const id = await store({ appid, openid, sessionKey: randomBytes(16).toString('base64') });
    if (n !== undefined && id !== userId(n)) throw new Error(`${openid} got the id ${id}.`);
    return 1;
  };

/** What is measured without HTTP. */
export async function callsOf(
  app: INestApplicationContext,
  settings: Settings,
): Promise<Record<string, Call>> {
  const [sessions, verifier, guard] = [
    app.get(SessionsService),
    app.get(SessionTokens),
    new EmptyGuard(),
  ];
  const tokens: string[] = [];
  for (let n = 0; n < TOKENS; n++) {
    const user = { id: userId(n), appid: settings.app.appid, sessionEpoch: 0 };
    tokens.push((await sessions.issue(user)).token);
  }
  // All in one pass, because reading the clock takes longer than one call.
  const each = (call: (token: string) => unknown) => async (): Promise<number> => {
    for (const token of tokens) await call(token);
    return tokens.length;
  };
  let next = 0;
  const stores = Object.entries(storesOf(app, settings.databaseUrl));
  return {
    ...Object.fromEntries(stores.map(([name, store]) => [name, storing(store, settings)])),
    emptyGuard: each(() => guard.canActivate()),
    verify: each((token) => verifier.verify(token)),
    strictVerify: async () => {
      await sessions.verify(tokens[next++ % tokens.length] ?? '');
      return 1;
    },
  };
}
