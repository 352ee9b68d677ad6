import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { PostgresClock } from './postgres-clock.js';
import { RevocationsRepository, type SessionKey } from './revocations.repository.js';

const HOUR = 3_600_000;

describe('RevocationsRepository', () => {
  let test: TestPostgres;
  let revocations: RevocationsRepository;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestPostgres();
    ({ revocations } = test);
  });
  beforeEach(async () => {
    await test.database.query('TRUNCATE wechat_user, wechat_revoked_session');
  });
  afterAll(() => test.close());

  const newUser = async (epoch = 0): Promise<string> => {
    const id = randomUUID();
    await test.database.query(
      `INSERT INTO wechat_user (id, appid, openid, session_epoch, last_login_at)
       VALUES ($1, 'wx1', $2, $3, now())`,
      [id, `o-${id}`, epoch],
    );
    return id;
  };
  const session = (userId: string, epoch = 0): SessionKey => ({ userId, id: randomUUID(), epoch });
  const soon = (): Date => new Date(Date.now() + HOUR);
  const rows = (): Promise<{ id: string; expires_at: Date }[]> =>
    test.database.query('SELECT * FROM wechat_revoked_session ORDER BY expires_at');

  it('ends a session once, until the time when it would have expired', async () => {
    const one = session(await newUser());
    const expiresAt = soon();
    expect(await revocations.revoke(one, expiresAt)).toBe(true);
    expect(await revocations.revoke(one, expiresAt)).toBe(false);
    expect(await rows()).toEqual([
      { user_id: one.userId, id: one.id, expires_at: new Date(expiresAt) },
    ]);
  });

  it('ends a session whose epoch is unknown, but none of another epoch', async () => {
    const userId = await newUser(3);
    expect(await revocations.revoke(session(userId, 2), soon())).toBe(false);
    expect(await revocations.revoke(session(userId, 3), soon())).toBe(true);
    expect(await revocations.revoke({ ...session(userId), epoch: undefined }, soon())).toBe(true);
    expect(await revocations.revoke(session(randomUUID()), soon())).toBe(false);
    expect(await rows()).toHaveLength(2);
  });

  it('raises the epoch of one user, and returns whether there is one', async () => {
    const [userId, other] = [await newUser(3), await newUser(3)];
    expect(await revocations.revokeAll(userId)).toBe(true);
    expect(await revocations.findEpoch(userId)).toBe(4);
    expect(await revocations.findEpoch(other)).toBe(3);
    const nobody = randomUUID();
    expect(await revocations.revokeAll(nobody)).toBe(false);
    expect(await revocations.findEpoch(nobody)).toBeUndefined();
  });

  it('does nothing if the clock of Postgres has changed, and reads it again', async () => {
    const userId = await newUser();
    const clock = new PostgresClock(test.client);
    await clock.timeOf(0);
    await test.database.query(
      `CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
         $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$`,
    );
    const ahead = 'SET search_path = public, pg_catalog';
    await test.database.query(`ALTER DATABASE ${test.database.name} ${ahead}`);
    await test.reconnect();
    const late = new RevocationsRepository(test.client, clock);
    await expect(late.revokeAll(userId)).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
    expect(await late.findEpoch(userId)).toBe(0);
    expect(await late.revokeAll(userId)).toBe(true);
    expect(await late.findEpoch(userId)).toBe(1);
    await test.database.query(`ALTER DATABASE ${test.database.name} RESET search_path`);
    await test.database.query('DROP FUNCTION public.clock_timestamp()');
    await test.reconnect();
  });

  it('returns the indexes of the sessions that have ended', async () => {
    const [userId, raised] = [await newUser(), await newUser(1)];
    const [live, revoked] = [session(userId), session(userId)];
    await revocations.revoke(revoked, soon());
    // The id of an ended session of another user ends nothing.
    const sessions = [
      live,
      revoked,
      { ...session(raised, 1), id: revoked.id },
      session(raised, 0),
      session(randomUUID()),
    ];
    expect(await revocations.findEnded(sessions)).toEqual(new Set([1, 3, 4]));
    expect(await revocations.findEnded([live])).toEqual(new Set());
  });

  it('deletes revocations that expired more than an hour ago, oldest first, up to the limit', async () => {
    const userId = await newUser();
    const ages = [HOUR - 60_000, HOUR + 60_000, 2 * HOUR, 3 * HOUR];
    for (const age of ages) {
      await revocations.revoke(session(userId), new Date(Date.now() - age));
    }
    expect(await revocations.clearExpired(2)).toBe(2);
    const [oldest, ...others] = await rows();
    expect(oldest?.expires_at.getTime()).toBeGreaterThan(Date.now() - 1.5 * HOUR);
    expect(others).toHaveLength(1);
    expect(await revocations.clearExpired(2)).toBe(1);
    expect(await revocations.clearExpired(2)).toBe(0);
    const [left] = await rows();
    expect(left?.expires_at.getTime()).toBeGreaterThan(Date.now() - HOUR);
  });
});
