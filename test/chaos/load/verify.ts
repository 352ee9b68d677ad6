import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../apps/app-process.js';
import type { Fleet } from '../apps/fleet.js';
import { askAbout } from './ask.js';
import type { KnownSession, KnownUser } from './ledger.js';
import type { Records, Target } from './load.js';

/** Concurrent requests to one app. */
const AT_ONCE = 8;
const TRIES = 20;
/** Users whose `session_key` is checked. */
const KEYS = 200;

/** Asks every app about every session. A difference from what was acknowledged is a loss. */
export async function verifySessions(fleet: Fleet, records: Records): Promise<void> {
  const { sessions } = records.ledger;
  await Promise.all(
    fleet.apps.map((app) => each(sessions, (session) => askUntilAnswered(session, app, records))),
  );
}

/**
 * Checks that the stored key is that of the newest login. Where the code of an older login reached
 * WeChat later, as its app was slower, no app can know which one is newer.
 */
export async function verifyKeys({ fleet, wechat }: Target, records: Records): Promise<void> {
  const places = new Map(wechat.requests.map(({ query }, place) => [query.js_code, place]));
  const inOrder = ({ codes }: KnownUser): boolean => {
    const [newest = -1, ...older] = codes.map((code) => places.get(code) ?? -1).toReversed();
    return older.every((place) => place < newest);
  };
  const keys = records.ledger.users
    .filter((user) => user.hasNewestKey && user.newest('live') !== undefined && inOrder(user))
    .slice(-KEYS);
  const app = fleet.apps[0];
  if (app !== undefined) await each(keys, (user) => askForKey(user, app, records));
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

async function askUntilAnswered(
  session: KnownSession,
  app: AppProcess,
  records: Records,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (await askAbout(session, app, records)) return;
    await sleep(200);
  }
  records.ledger.lose(session, `${app.name} says nothing about a session`);
}

async function askForKey(user: KnownUser, app: AppProcess, records: Records): Promise<void> {
  const token = user.newest('live')?.token;
  const answer = await records.requests.send(app, 'GET', '/session-key', { token });
  if (answer?.status === 200 && answer.body?.isCurrent !== true) {
    records.ledger.lose(user, 'the session_key is an older one');
  }
}
