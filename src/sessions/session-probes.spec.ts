import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import type { QueryCount } from '../../test/support/query-count.js';
import type { TestDatabase } from '../../test/support/database.js';
import { until } from '../../test/support/until.js';
import type { Result } from '../postgres/connection.js';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { PostgresClient } from '../postgres/postgres-client.js';
import { SessionProbes } from './session-probes.js';
import { RevocationsRepository, type SessionKey } from '../postgres/revocations.repository.js';

describe('SessionProbes', () => {
  let test: TestPostgres;
  let database: TestDatabase;
  let queries: QueryCount;
  let probes: SessionProbes;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestPostgres();
    ({ database, queries } = test);
    probes = new SessionProbes(test.revocations);
  });
  beforeEach(() => {
    queries.count = 0;
  });
  afterAll(() => test.close());

  const session = (userId: string, epoch = 0): SessionKey => ({ userId, id: randomUUID(), epoch });
  const newUser = async (epoch = 0): Promise<string> => {
    const id = randomUUID();
    await database.query(
      `INSERT INTO wechat_user (id, appid, openid, session_epoch, last_login_at) VALUES ($1, 'wx1', $2, $3, now())`,
      [id, `o-${id}`, epoch],
    );
    return id;
  };
  const revoke = ({ userId, id }: SessionKey): Promise<unknown> =>
    database.query('INSERT INTO wechat_revoked_session VALUES ($1, $2, now())', [userId, id]);
  const areLive = (sessions: readonly SessionKey[]): Promise<boolean[]> =>
    Promise.all(sessions.map((each) => probes.isLive(each)));
  /** Blocks every query on the users until it is released. */
  const holdQueries = async (): Promise<() => Promise<void>> => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE wechat_user IN ACCESS EXCLUSIVE MODE');
    return () => holder.end();
  };
  /** Probes on a Postgres that returns these rows, from the primary if they do not say otherwise. */
  const misledBy = (rows: readonly object[]): SessionProbes => {
    class WrongClient extends PostgresClient {
      protected override run(): Promise<Result> {
        return Promise.resolve({ rows: rows.map((row) => ({ is_standby: 'f', ...row })) });
      }
    }
    const client = new WrongClient(test.dataSource, new AggregatedLogger());
    return new SessionProbes(new RevocationsRepository(client, test.clock));
  };
  const underWay = (count: number): Promise<void> => until(() => queries.count >= count);

  it('returns an answer for each session, in one query per turn of the event loop', async () => {
    const [user, raised] = [await newUser(), await newUser(2)];
    const [revoked, live] = [session(user), session(user)];
    await revoke(revoked);
    const of = [live, revoked, session(randomUUID()), session(raised, 1), session(raised, 2), live];
    expect(await areLive(of)).toEqual([true, false, false, false, true, true]);
    expect(queries.count).toBe(1);
  });

  it('returns the user of each live session, in one query per turn of the event loop', async () => {
    const [user, raised] = [await newUser(), await newUser(2)];
    const [revoked, live] = [session(user), session(user)];
    await revoke(revoked);
    const of = [live, revoked, session(randomUUID()), session(raised, 1), session(raised, 2), live];
    const users = await Promise.all(of.map((each) => probes.findUser(each)));
    expect(users.map((each) => each?.id)).toEqual([
      ...[user, undefined, undefined, undefined, raised, user],
    ]);
    expect(users[4]).toMatchObject({ appid: 'wx1', openid: `o-${raised}`, sessionEpoch: 2 });
    expect(queries.count).toBe(1);
  });

  it('returns the user of a session that another user has ended under the same id', async () => {
    const mine = session(await newUser());
    await revoke({ ...mine, userId: randomUUID() });
    expect((await probes.findUser(mine))?.id).toBe(mine.userId);
  });

  it('never returns a user from a query that was sent before the call', async () => {
    const claims = session(await newUser());
    const letGo = await holdQueries();
    const before = probes.findUser(claims);
    await underWay(1);
    await revoke(claims);
    const after = probes.findUser(claims);
    await letGo();
    await before;
    expect(await after).toBeUndefined();
    expect(queries.count).toBe(2);
  });

  it('asks once for a session that several calls ask for', async () => {
    const asked: number[] = [];
    class Counting extends RevocationsRepository {
      override findEnded(sessions: readonly SessionKey[]): Promise<ReadonlySet<number>> {
        asked.push(sessions.length);
        return super.findEnded(sessions);
      }
    }
    const counting = new SessionProbes(new Counting(test.client, test.clock));
    const [user, raised] = [await newUser(), await newUser(1)];
    const [live, ended] = [session(user), session(raised, 0)];
    const of = [
      live,
      ended,
      { ...live },
      ended,
      { ...live, epoch: 1 },
      { ...live, userId: raised },
    ];
    const answers = await Promise.all(of.map((each) => counting.isLive(each)));
    expect(answers).toEqual([true, false, true, false, false, false]);
    expect(asked).toEqual([4]);
  });

  it('ends a session only for its own user', async () => {
    const mine = session(await newUser());
    await revoke({ ...mine, userId: randomUUID() });
    expect(await probes.isLive(mine)).toBe(true);
  });

  it('sends the calls that arrive during a query about two together in the next one', async () => {
    const user = await newUser();
    const letGo = await holdQueries();
    const first = areLive([session(user), session(user)]);
    await underWay(1);
    const others = areLive(Array.from({ length: 30 }, () => session(user)));
    await new Promise((next) => setTimeout(next, 50));
    expect(queries.count).toBe(1);
    await letGo();
    expect([...(await first), ...(await others)]).toEqual(Array(32).fill(true));
    expect(queries.count).toBe(2);
  });

  it('never answers from a query that was sent before the call', async () => {
    const claims = session(await newUser());
    const letGo = await holdQueries();
    const before = probes.isLive(claims);
    await underWay(1);
    await revoke(claims);
    const after = probes.isLive(claims);
    await letGo();
    await before;
    expect(await after).toBe(false);
    expect(queries.count).toBe(2);
  });

  it('an outage fails all waiting calls, also those that arrived during the query, but no later one', async () => {
    const claims = session(await newUser());
    const letGo = await holdQueries();
    const first = [claims, session(claims.userId)].map((each) => probes.isLive(each));
    await underWay(1);
    const second = probes.isLive(claims);
    const failures = Promise.all(
      [...first, second].map((probe) => probe.catch((error: unknown) => error)),
    );
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    for (const failure of await failures) {
      expect(failure).toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
    }
    expect(queries.count).toBe(1);
    await letGo();
    expect(await probes.isLive(claims)).toBe(true);
  });

  it.each([
    [[]],
    [[{ asked: '0', ended: '' }]],
    [[{ asked: '2', ended: '' }]],
    [[{ asked: 'many', ended: '' }]],
    [[{ asked: '1', ended: null }]],
    [[{ asked: '1', ended: '', is_standby: 't' }]],
    [[{ asked: '1', ended: '', is_standby: 1 }]],
  ])('does not accept %j as the answer about one session', async (rows: object[]) => {
    await expect(misledBy(rows).isLive(session(randomUUID()))).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
  });

  it.each([
    [[]],
    [[{ id: null }, { id: null }]],
    [[{ id: null, is_standby: 't' }]],
    [[{ id: null, is_standby: 1 }]],
    [[{ id: '0b0a6f0e-3d1f-4f3c-9d59-3c2f5f1b7a10' }]],
  ])('does not accept %j as the answer about the user of one session', async (rows: object[]) => {
    await expect(misledBy(rows).findUser(session(randomUUID()))).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
  });

  const check = (lookups: SessionProbes, key: SessionKey): unknown => lookups.isLive(key);
  const checkWithUser = (lookups: SessionProbes, key: SessionKey): unknown => lookups.findUser(key);

  const [many, one] = [
    ['%unnest%WITH ORDINALITY%', `'{}', '{}', '{}'`],
    ['%VALUES%', `'${randomUUID()}', '${randomUUID()}', 0`],
  ] as const;

  it.each([
    ['a check', 20, many, check],
    ['a check of one session', 1, one, check],
    ['a check with users', 20, many, checkWithUser],
    ['a check of one session with its user', 1, one, checkWithUser],
  ])(
    'plans %s once as lookups by key, even if the tables were empty then',
    async (_, size, [like, parameters], ask) => {
      const alone = await createTestPostgres({ poolSize: 1 });
      const lookups = new SessionProbes(alone.revocations);
      const together = Array.from({ length: size }, () => session(randomUUID()));
      for (let i = 0; i < 10; i++) {
        await Promise.all(together.map((each) => ask(lookups, each)));
      }
      const [statement] = await alone.dataSource.query<{ name: string; generic: number }[]>(
        `SELECT name, generic_plans::int AS generic FROM pg_prepared_statements
       WHERE statement LIKE $1 AND name LIKE 'wechat_auth%'`,
        [like],
      );
      expect(statement?.generic).toBeGreaterThan(0);
      const plan = await alone.dataSource.query<Record<string, string>[]>(
        `EXPLAIN EXECUTE ${statement?.name ?? ''} (${parameters})`,
      );
      const text = plan.map((line) => line['QUERY PLAN']).join('\n');
      expect(text).toMatch(/Index.* using wechat_user_pkey/);
      expect(text).toMatch(/Index.* using wechat_revoked_session_pkey/);
      expect(text).not.toContain('Seq Scan');
      await alone.close();
    },
  );
});
