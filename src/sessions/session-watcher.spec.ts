import { randomUUID } from 'node:crypto';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { Logger } from '@nestjs/common';
import { lastValueFrom, type Subscription } from 'rxjs';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { until } from '../../test/support/until.js';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';
import { SessionProbes } from './session-probes.js';
import { SessionWatcher, type WatchedSession } from './session-watcher.js';

const ROUND_MS = 4000;
/** A session that only this test asks about, to wait until all earlier calls are answered. */
const LAST: SessionKey = { userId: randomUUID(), id: randomUUID(), epoch: 0 };
const WEEK_MS = 7 * 24 * 3600 * 1000;

describe('SessionWatcher', () => {
  let test: TestPostgres;
  let watcher: SessionWatcher;
  let probes: SessionProbes;
  /** The number of sessions in each query. */
  let asked: number[];
  const subscriptions: Subscription[] = [];

  class CountingRepository extends RevocationsRepository {
    override findEnded(sessions: readonly SessionKey[]): Promise<ReadonlySet<number>> {
      const others = sessions.filter(({ id }) => id !== LAST.id);
      if (others.length > 0) asked.push(others.length);
      return super.findEnded(sessions);
    }
  }

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestPostgres();
  });
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: [...everythingButIntervalsAndDate] });
    asked = [];
    const revocations = new CountingRepository(test.client, test.clock);
    probes = new SessionProbes(revocations);
    watcher = new SessionWatcher(probes, revocations);
  });
  afterEach(() => {
    for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
    jest.useRealTimers();
  });
  afterAll(() => test.close());

  const newSession = async (more: Partial<WatchedSession> = {}): Promise<WatchedSession> => {
    const userId = randomUUID();
    await test.database.query(
      `INSERT INTO wechat_user (id, appid, openid, last_login_at) VALUES ($1, 'wx1', $2, now())`,
      [userId, `o-${userId}`],
    );
    const expiresAt = new Date(Date.now() + 7200_000);
    return { userId, id: randomUUID(), epoch: 0, expiresAt, ...more };
  };
  const revoke = (session: WatchedSession): Promise<unknown> =>
    test.revocations.revoke(session, session.expiresAt);

  /** What a subscriber has received so far. */
  const watch = (session: WatchedSession): unknown[] => {
    const heard: unknown[] = [];
    subscriptions.push(
      watcher.ended(session).subscribe({
        next: (end) => heard.push(end),
        error: (error) => heard.push(error),
        complete: () => heard.push('completed'),
      }),
    );
    return heard;
  };
  /** One round and its answer. */
  const round = async (): Promise<void> => {
    const before = asked.length;
    jest.advanceTimersByTime(ROUND_MS);
    await until(() => asked.length > before);
    await settled();
  };
  /** Until all calls are answered. */
  const settled = async (): Promise<void> => {
    await probes.isLive(LAST).catch(() => undefined);
  };

  it('emits nothing for a live session', async () => {
    const heard = watch(await newSession());
    await round();
    await round();
    expect(heard).toEqual([]);
  });

  it('reports each end once, within one round, and then stops asking', async () => {
    const [revoked, raised, gone, live] = await Promise.all([
      newSession(),
      newSession(),
      newSession(),
      newSession(),
    ]);
    const heard = [revoked, raised, gone, live].map(watch);
    await settled();
    await revoke(revoked);
    await test.revocations.revokeAll(raised.userId);
    await test.users.remove(gone.userId);
    await round();
    const ended = ['revoked', 'completed'];
    expect(heard).toEqual([ended, ended, ended, []]);
    asked = [];
    await round();
    expect(asked).toEqual([1]);
    expect(heard).toEqual([ended, ended, ended, []]);
  });

  it('reports at once a session that had ended before', async () => {
    const [revoked, expired] = [await newSession(), await newSession({ expiresAt: new Date() })];
    await revoke(revoked);
    const heard = [revoked, expired].map(watch);
    await settled();
    expect(heard).toEqual([
      ['revoked', 'completed'],
      ['expired', 'completed'],
    ]);
  });

  it('asks for all sessions in one query, and once per session with several subscribers', async () => {
    const sessions = await Promise.all(Array.from({ length: 50 }, () => newSession()));
    for (const session of [...sessions, ...sessions]) watch(session);
    await settled();
    expect(asked).toEqual([50]);
    await round();
    await round();
    expect(asked).toEqual([50, 50, 50]);
  });

  it('stops asking without subscribers, and starts again with the next one', async () => {
    const session = await newSession();
    watch(session);
    watch(session);
    await settled();
    subscriptions.pop()?.unsubscribe();
    expect(jest.getTimerCount()).toBe(1);
    subscriptions.pop()?.unsubscribe();
    expect(jest.getTimerCount()).toBe(0);
    const heard = watch(session);
    await settled();
    await revoke(session);
    await round();
    expect(heard).toEqual(['revoked', 'completed']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not keep the process alive', async () => {
    const setInterval = jest.spyOn(globalThis, 'setInterval');
    watch(await newSession());
    expect(setInterval.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual(
      [false],
    );
  });

  it('does not poll before the first subscriber, nor after the module is destroyed', async () => {
    watcher.ended(await newSession());
    expect(jest.getTimerCount()).toBe(0);
    watch(await newSession());
    watcher.onModuleDestroy();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('reports an expiry in the next round, even after 30 days', async () => {
    // 30 days in milliseconds exceed the longest timer of Node.
    const expiresAt = new Date(Date.now() + 4 * WEEK_MS);
    const heard = watch(await newSession({ expiresAt }));
    await settled();
    await round();
    expect(heard).toEqual([]);
    jest.setSystemTime(expiresAt.getTime() - ROUND_MS - 1);
    await round();
    expect(heard).toEqual([]);
    jest.advanceTimersByTime(ROUND_MS);
    expect(heard).toEqual(['expired', 'completed']);
  });

  it('does not treat an outage of Postgres as an end, but reports the expiry', async () => {
    const session = await newSession();
    const short = await newSession({ expiresAt: new Date(Date.now() + ROUND_MS) });
    const copy = await newSession({ epoch: undefined });
    await test.database.query('ALTER TABLE wechat_user RENAME TO elsewhere');
    const [heard, heardOfShort, heardOfCopy] = [session, short, copy].map(watch);
    await round();
    expect(heard).toEqual([]);
    expect(heardOfCopy).toEqual([]);
    expect(heardOfShort).toEqual(['expired', 'completed']);
    await test.database.query('ALTER TABLE elsewhere RENAME TO wechat_user');
    await revoke(session);
    await round();
    expect(heard).toEqual(['revoked', 'completed']);
  });

  it('passes on an unexpected error', async () => {
    class Faulty extends RevocationsRepository {
      override findEnded(): never {
        throw new TypeError('a fault');
      }
    }
    const faulty = new Faulty(test.client, test.clock);
    const watching = new SessionWatcher(new SessionProbes(faulty), faulty);
    const ended = lastValueFrom(watching.ended(await newSession()));
    await expect(ended).rejects.toThrow(new TypeError('a fault'));
  });

  describe('of a copy, whose epoch is not known,', () => {
    it('reports an end that comes after the subscription', async () => {
      const [copy, other] = [await newSession({ epoch: undefined }), await newSession()];
      await test.revocations.revokeAll(copy.userId);
      const heard = [copy, { ...other, epoch: undefined }].map(watch);
      await until(() => asked.length > 0);
      await settled();
      expect(heard).toEqual([[], []]);
      await test.revocations.revokeAll(copy.userId);
      await revoke(other);
      await round();
      const ended = ['revoked', 'completed'];
      expect(heard).toEqual([ended, ended]);
    });

    it('reports that the user was removed', async () => {
      const copy = await newSession({ epoch: undefined });
      await test.users.remove(copy.userId);
      const heard = watch(copy);
      await until(() => heard.length > 0);
      expect(heard).toEqual(['revoked', 'completed']);
    });
  });
});

const everythingButIntervalsAndDate = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;
