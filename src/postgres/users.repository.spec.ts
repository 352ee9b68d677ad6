import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { nextEpoch, type UsersRepository } from './users.repository.js';
import { WechatUser } from './wechat-user.entity.js';

const MINUTE = 60_000;

describe('UsersRepository', () => {
  let test: TestPostgres;
  let users: UsersRepository;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestPostgres();
    ({ users } = test);
  });
  beforeEach(async () => {
    await test.database.query('TRUNCATE wechat_user');
    test.queries.count = 0;
  });
  afterAll(() => test.close());

  interface Login {
    openid?: string;
    appid?: string;
    unionid?: string;
    key?: string;
    /** The time since the exchange, in milliseconds. */
    age?: number;
    endsSessions?: boolean;
  }
  const sealed = ({ appid = 'wx1', openid = 'o-1', key = 'key', age = 0 }: Login) => ({
    appid,
    openid,
    sealedSessionKey: Buffer.from(key),
    exchangedAt: performance.now() - age,
  });
  const logIn = (login: Login = {}): Promise<WechatUser> =>
    users.upsert(randomUUID(), sealed(login), {
      unionid: login.unionid,
      endsSessions: login.endsSessions ?? false,
    });
  const keyOf = async (id: string): Promise<string | undefined> =>
    (await users.findSessionKey(id))?.sealedSessionKey.toString();

  it('creates a user with the given id, and updates it afterwards', async () => {
    const [id, another] = [randomUUID(), randomUUID()];
    const options = { unionid: 'u-1', endsSessions: false };
    const first = await users.upsert(id, sealed({}), options);
    expect(first).toBeInstanceOf(WechatUser);
    expect(Object.fromEntries(Object.entries(first))).toEqual({
      id,
      appid: 'wx1',
      openid: 'o-1',
      unionid: 'u-1',
      sessionEpoch: 0,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
      lastLoginAt: expect.any(Date),
    });
    expect(Math.abs(first.createdAt.getTime() - Date.now())).toBeLessThan(MINUTE);
    const second = await users.upsert(another, sealed({}), { ...options, unionid: undefined });
    expect(second).toMatchObject({ id, unionid: 'u-1', createdAt: first.createdAt });
    for (const time of ['updatedAt', 'lastLoginAt'] as const) {
      expect(second[time].getTime()).toBeGreaterThan(first[time].getTime());
    }
    expect(test.queries.count).toBe(2);
  });

  it('ends the sessions before a login only with endsSessions', async () => {
    await logIn();
    expect((await logIn()).sessionEpoch).toBe(0);
    expect((await logIn({ endsSessions: true })).sessionEpoch).toBe(1);
    expect((await logIn({ endsSessions: true })).sessionEpoch).toBe(2);
    await test.database.query('UPDATE wechat_user SET session_epoch = 2147483647');
    expect((await logIn({ endsSessions: true })).sessionEpoch).toBe(0);
    expect(nextEpoch('e')).toContain('2147483647');
  });

  it.each<[string, (login: Login) => Promise<unknown>]>([
    ['a login', (login) => logIn(login)],
    ['a key without a login', (login) => users.storeSessionKey(sealed(login))],
  ])('%s replaces an older session key, and no newer one', async (_, store) => {
    const { id } = await logIn({ key: 'first', age: 20_000 });
    await store({ key: 'older', age: 30_000 });
    expect(await keyOf(id)).toBe('first');
    await store({ key: 'newer', age: 10_000 });
    expect(await keyOf(id)).toBe('newer');
    // A failover has left a time in the future.
    await test.database.query(`UPDATE wechat_user SET session_key_at = now() + interval '1 hour'`);
    await store({ key: 'after the failover' });
    expect(await keyOf(id)).toBe('after the failover');
    // A time in the future is replaced by now.
    await store({ key: 'ahead', age: -MINUTE });
    expect(
      await test.database.query(
        'SELECT session_key_at <= clock_timestamp() AS past FROM wechat_user',
      ),
    ).toEqual([{ past: true }]);
    await store({ key: 'last' });
    expect(await keyOf(id)).toBe('last');
  });

  it('stores a key for its user only, and creates no user', async () => {
    const [one, other] = [await logIn(), await logIn({ openid: 'o-2' })];
    const elsewhere = await logIn({ appid: 'wx2' });
    await users.storeSessionKey(sealed({ key: 'mine' }));
    await users.storeSessionKey(sealed({ openid: 'o-nobody' }));
    expect(await Promise.all([one, other, elsewhere].map(({ id }) => keyOf(id)))).toEqual([
      'mine',
      'key',
      'key',
    ]);
    expect(await test.database.query('SELECT FROM wechat_user')).toHaveLength(3);
  });

  it('returns no session key if none is stored, or there is no user', async () => {
    const { id } = await logIn();
    expect(await users.findSessionKey(id)).toEqual({
      appid: 'wx1',
      openid: 'o-1',
      sealedSessionKey: Buffer.from('key'),
    });
    await test.database.query('UPDATE wechat_user SET session_key = NULL');
    expect(await users.findSessionKey(id)).toBeUndefined();
    expect(await users.findSessionKey(randomUUID())).toBeUndefined();
  });

  it('finds users by id and by openid, in one query for concurrent calls', async () => {
    const [one, other] = [await logIn(), await logIn({ appid: 'wx2' })];
    test.queries.count = 0;
    expect(
      await Promise.all([other.id, randomUUID(), one.id].map((id) => users.findById(id))),
    ).toEqual([other, null, one]);
    expect(test.queries.count).toBe(1);
    const openids = [
      ['wx2', 'o-1'],
      ['wx1', 'o-2'],
      ['wx1', 'o-1'],
    ] as const;
    expect(
      await Promise.all(openids.map(([appid, openid]) => users.findByOpenid(appid, openid))),
    ).toEqual([other, null, one]);
    expect(test.queries.count).toBe(2);
  });

  it('stores a unionid that comes later, unless it is to be claimed', async () => {
    const claimed = { unionid: 'u-1', endsSessions: false, claimsUnionid: true };
    const { id } = await logIn();
    expect((await users.upsert(randomUUID(), sealed({}), claimed)).unionid).toBeNull();
    expect((await logIn({ unionid: 'u-1' })).unionid).toBe('u-1');
    const another = { ...claimed, unionid: 'u-2' };
    expect(await users.upsert(randomUUID(), sealed({}), another)).toMatchObject({
      id,
      unionid: 'u-2',
    });
    const openid = 'o-new';
    expect((await users.upsert(randomUUID(), sealed({ openid }), claimed)).unionid).toBe('u-1');
  });

  it('lets one caller claim the unionid of a user', async () => {
    const { id } = await logIn();
    const unionids = ['u-1', 'u-2', 'u-3'];
    const claims = unionids.map((unionid) => users.claimUnionid(id, unionid));
    const winners = (await Promise.all(claims)).flatMap((isWon, i) => (isWon ? [unionids[i]] : []));
    expect(winners).toEqual([(await users.findById(id))?.unionid]);
    expect(await users.claimUnionid(randomUUID(), 'u-4')).toBe(false);
  });

  it('finds the users of one person, oldest first', async () => {
    const older = await logIn({ unionid: 'u-1', appid: 'wx2' });
    const newer = await logIn({ unionid: 'u-1' });
    await logIn({ unionid: 'u-2', openid: 'o-2' });
    expect(await users.findByUnionid('u-1')).toEqual([older, newer]);
    expect(await users.findByUnionid('u-3')).toEqual([]);
  });

  it('removes one user, and returns whether there was one', async () => {
    const [one, other] = [await logIn(), await logIn({ openid: 'o-2' })];
    expect(await users.remove(one.id)).toBe(true);
    expect(await users.remove(one.id)).toBe(false);
    expect(await users.findById(other.id)).toEqual(other);
  });

  it('stores nothing in a transaction that fails, and throws its error', async () => {
    const failure = new Error('refused by the host');
    await expect(
      users.transaction(async (transaction) => {
        const options = { unionid: undefined, endsSessions: false };
        await users.upsert(randomUUID(), sealed({}), options, transaction);
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await users.findByOpenid('wx1', 'o-1')).toBeNull();
    const stored = await users.transaction((transaction) =>
      users.upsert(
        randomUUID(),
        sealed({}),
        { unionid: undefined, endsSessions: false },
        transaction,
      ),
    );
    expect(await users.findByOpenid('wx1', 'o-1')).toEqual(stored);
  });
});
