import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RevokedSessionsCleaner } from '../src/sessions/revoked-sessions.cleaner.js';
import { WechatSandbox } from '../src/testing/index.js';
import { startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import type { ListeningApp } from './support/platforms.js';
import { QueryCount } from './support/query-count.js';
import { useTestServers } from './support/test-servers.js';

describe('the cleaner of revoked sessions', () => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let a: ListeningApp;
  let b: ListeningApp;
  const statements = new QueryCount();

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
    const test = {
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      typeOrm: { logger: statements, logging: ['query'], maxQueryExecutionTime: 100 } as never,
    };
    [a, b] = [await servers.app(test), await servers.app(test)];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const cleanerOf = ({ app }: ListeningApp): RevokedSessionsCleaner =>
    app.get(RevokedSessionsCleaner);
  const insert = (rows: number, expiresAt: string): Promise<unknown> =>
    database.query(
      `INSERT INTO wechat_revoked_session (user_id, id, expires_at)
       SELECT gen_random_uuid(), gen_random_uuid(), ${expiresAt} FROM generate_series(1, ${String(rows)})`,
    );
  const count = async (): Promise<number> =>
    (
      await database.query<{ n: number }>('SELECT count(*)::int AS n FROM wechat_revoked_session')
    )[0]?.n ?? NaN;

  it('keeps the rows of sessions that have not expired, or that expired less than an hour ago', async () => {
    await insert(3, `now() + interval '1 minute'`);
    await insert(4, `now() - interval '59 minutes'`);
    await insert(5, `now() - interval '61 minutes'`);
    expect(await cleanerOf(a).clear()).toBe(5);
    expect(await count()).toBe(7);
    await database.query('TRUNCATE wechat_revoked_session');
  });

  it('[M-20] deletes nothing while another instance deletes', async () => {
    await insert(5, `now() - interval '2 hours'`);
    const runner = (await import('pg')).default;
    const busy = new runner.Client({ connectionString: database.url });
    await busy.connect();
    await busy.query(
      `SELECT pg_advisory_lock(hashtext('nestjs-wechat-auth'), hashtext('"wechat_revoked_session"'))`,
    );
    expect(await cleanerOf(a).clear()).toBe(0);
    await busy.end();
    expect(await cleanerOf(a).clear()).toBe(5);
  });

  it('[M-20] skips rows that another transaction has locked', async () => {
    await insert(5, `now() - interval '2 hours'`);
    const { Client } = (await import('pg')).default;
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT * FROM wechat_revoked_session LIMIT 2 FOR UPDATE');
    expect(await cleanerOf(a).clear()).toBe(3);
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await cleanerOf(a).clear()).toBe(2);
  });

  it('[M-20] deletes a million rows in small batches, while no request waits for a lock', async () => {
    await insert(1_000_000, `now() - interval '2 hours' - random() * interval '1 day'`);
    await database.query('ANALYZE wechat_revoked_session');
    const token = await logIn(a.url, wechat.issueCode());
    const gone = await logIn(a.url, wechat.issueCode());
    await call('DELETE', `${a.url}/wechat/session`, { token: gone });
    [statements.count, statements.slow] = [0, 0];
    const clearing = Promise.all([cleanerOf(a).clear(), cleanerOf(b).clear()]);
    const state = { done: false };
    void clearing.finally(() => (state.done = true));
    let waiting = 0;
    for (let i = 0; !state.done; i++) {
      const [login, visit] = await Promise.all([
        call('POST', `${b.url}/wechat/login`, {
          body: { code: wechat.issueCode({ openid: `o-${String(i % 10)}` }) },
        }),
        call('GET', `${b.url}/me`, { token }),
      ]);
      expect([login.status, visit.status]).toEqual([200, 200]);
      const [locks] = await database.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted',
      );
      waiting += locks?.n ?? 1;
    }
    const cleared = await clearing;
    expect(cleared[0] + cleared[1]).toBe(1_000_000);
    expect(waiting).toBe(0);
    expect(statements.count).toBeGreaterThan(1000);
    // A busy machine may pause any process for longer than 100 ms.
    expect(statements.slow).toBeLessThan(statements.count / 10);
    expect((await call('GET', `${b.url}/me`, { token: gone })).body).toMatchObject({
      errorCode: 'WX_SESSION_REVOKED',
    });
    expect(await count()).toBe(1);
  }, 180_000);
});

describe('the interval of the cleaner', () => {
  it('runs every ten minutes, also after a failed run, and stops when the app closes', async () => {
    const database = await createTestDatabase();
    const wechat = await WechatSandbox.start();
    jest.useFakeTimers({
      doNotFake: [
        'Date',
        'setTimeout',
        'clearTimeout',
        'setImmediate',
        'clearImmediate',
        'nextTick',
        'queueMicrotask',
        'performance',
        'hrtime',
      ],
    });
    const { app } = await startApp({ databaseUrl: database.url, wechatUrl: wechat.url });
    const insert = (): Promise<unknown> =>
      database.query(
        `INSERT INTO wechat_revoked_session VALUES (gen_random_uuid(), gen_random_uuid(), now() - interval '2 hours')`,
      );
    const emptied = async (): Promise<boolean> => {
      for (let tries = 0; tries < 50; tries++) {
        const rows = await database.query('SELECT 1 FROM wechat_revoked_session');
        if (rows.length === 0) return true;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return false;
    };
    await insert();
    jest.advanceTimersByTime(600_000);
    expect(await emptied()).toBe(true);
    await database.query('ALTER TABLE wechat_revoked_session RENAME TO hidden');
    jest.advanceTimersByTime(600_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await database.query('ALTER TABLE hidden RENAME TO wechat_revoked_session');
    await insert();
    jest.advanceTimersByTime(600_000);
    expect(await emptied()).toBe(true);
    await app.close();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
    await wechat.close();
    await database.drop();
  });
});
