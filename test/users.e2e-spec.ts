import { beforeAll, describe, expect, it } from '@jest/globals';
import { UsersService, WechatUser, type Code2Session } from '../src/index.js';
import { SessionKeyCipher } from '../src/users/session-key-cipher.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, twoApps } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import type { ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

describe('UsersService', () => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let users: UsersService;

  beforeAll(async () => {
    ({ database, wechat, server } = await servers.all({ options: twoApps }));
    users = server.app.get(UsersService);
  });

  const exchange = (openid: string, more: Partial<Code2Session> = {}): Code2Session => ({
    appid: APPID,
    openid,
    sessionKey: 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...more,
  });
  const sessionKeyOf = async (openid: string): Promise<string | undefined> => {
    const [row] = await database.query<{ session_key: Buffer }>(
      'SELECT session_key FROM wechat_user WHERE openid = $1',
      [openid],
    );
    return row && server.app.get(SessionKeyCipher).open(row.session_key, { appid: APPID, openid });
  };

  it('creates a user at the first login and updates it at the next', async () => {
    const first = await users.upsert(exchange('o-1', { unionid: 'u-1' }));
    expect(first.isNew).toBe(true);
    expect(first.user).toBeInstanceOf(WechatUser);
    expect(first.user).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      appid: APPID,
      openid: 'o-1',
      unionid: 'u-1',
      sessionEpoch: 0,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
      lastLoginAt: expect.any(Date),
    });
    const second = await users.upsert(exchange('o-1'));
    expect(second.isNew).toBe(false);
    expect(second.user.id).toBe(first.user.id);
    expect(second.user.createdAt).toEqual(first.user.createdAt);
    expect(second.user.lastLoginAt.getTime()).toBeGreaterThan(first.user.lastLoginAt.getTime());
  });

  it('stores a unionid that comes later, and keeps it if a login has none', async () => {
    const unionids = [];
    for (const unionid of [undefined, 'u-2', undefined]) {
      unionids.push((await users.upsert(exchange('o-2', { unionid }))).user.unionid);
    }
    expect(unionids).toEqual([null, 'u-2', 'u-2']);
  });

  it('keeps the session_key of the newer exchange, in whichever order they are stored', async () => {
    const now = performance.now();
    const older = exchange('o-3', {
      sessionKey: 'older',
      unionid: 'u-old',
      exchangedAt: now - 2000,
    });
    const newer = exchange('o-3', {
      sessionKey: 'newer',
      unionid: 'u-new',
      exchangedAt: now - 1000,
    });
    await users.upsert(newer);
    const late = await users.upsert(older);
    expect(await sessionKeyOf('o-3')).toBe('newer');
    expect(late.isNew).toBe(false);
    await users.upsert(exchange('o-3', { sessionKey: 'newest' }));
    expect(await sessionKeyOf('o-3')).toBe('newest');
  });

  it('keeps the session_key of the newest of 20 concurrent exchanges', async () => {
    await users.upsert(exchange('o-4'));
    const now = performance.now();
    const ages = Array.from({ length: 20 }, (_, i) => i * 50);
    await Promise.all(
      ages.map((age) =>
        users.upsert(exchange('o-4', { sessionKey: `age ${String(age)}`, exchangedAt: now - age })),
      ),
    );
    expect(await sessionKeyOf('o-4')).toBe('age 0');
  });

  it('replaces a session_key whose time is in the future, as after a failover', async () => {
    await users.upsert(exchange('o-5'));
    await database.query(
      `UPDATE wechat_user SET session_key_at = now() + interval '1 hour' WHERE openid = 'o-5'`,
    );
    await users.upsert(exchange('o-5', { sessionKey: 'after' }));
    expect(await sessionKeyOf('o-5')).toBe('after');
  });

  it('[M-17] encrypts the session_key at rest and does not select it with the user', async () => {
    const openid = 'o-sealed';
    await logIn(server.url, wechat.issueCode({ openid }));
    const [row] = await database.query<{ session_key: Buffer; text: string }>(
      'SELECT session_key, wechat_user::text AS text FROM wechat_user WHERE openid = $1',
      [openid],
    );
    expect(row?.session_key[0]).toBe(1);
    const opened = await sessionKeyOf(openid);
    expect(Buffer.from(opened ?? '', 'base64')).toHaveLength(16);
    expect(row?.text).not.toContain(opened);
    expect(row?.session_key.includes(Buffer.from(opened ?? '', 'base64'))).toBe(false);
    const user = await users.findByOpenid(openid);
    expect(Object.keys(user ?? {})).not.toContain('sealedSessionKey');
    expect(JSON.stringify(user)).not.toMatch(/session_?key/i);
  });

  it('[M-17] cannot decrypt a session_key that was copied to another row', async () => {
    await users.upsert(exchange('o-victim'));
    await users.upsert(exchange('o-thief'));
    await database.query(
      `UPDATE wechat_user SET session_key = (SELECT session_key FROM wechat_user WHERE openid = 'o-victim')
       WHERE openid = 'o-thief'`,
    );
    expect(await sessionKeyOf('o-thief')).toBeUndefined();
  });

  it('finds users by id, by openid within an app, and by unionid in all apps', async () => {
    const unionid = 'u-everywhere';
    const { user: here } = await users.upsert(exchange('o-6', { unionid }));
    const { user: there } = await users.upsert(exchange('o-6', { unionid, appid: OTHER_APPID }));
    expect(await users.findById(here.id)).toEqual(here);
    expect(await users.findByOpenid('o-6')).toEqual(here);
    expect(await users.findByOpenid('o-6', OTHER_APPID)).toEqual(there);
    expect(await users.findByUnionid(unionid)).toEqual([here, there]);
  });

  it.each([
    '',
    'x',
    '\0',
    '\ud800',
    'x'.repeat(10_000),
    '00000000-0000-0000-0000-000000000000',
    undefined,
    null,
    42,
    {},
  ])('finds no user for %j, and does not fail', async (anything) => {
    const id = anything as string;
    expect(await users.findById(id)).toBeNull();
    expect(await users.findByOpenid(id)).toBeNull();
    expect(await users.findByOpenid('o-6', (anything ?? '') as string)).toBeNull();
    expect(await users.findByUnionid(id)).toEqual([]);
  });

  it.each(['', 'x', "' OR true --", undefined])(
    'refuses to remove a user with the id %j as a TypeError',
    async (id) => {
      await expect(users.remove(id!)).rejects.toEqual(new TypeError('id must be a UUID.'));
    },
  );

  it('[M-07] removes a user together with the session_key, and ends all sessions of the user', async () => {
    const token = await logIn(server.url, wechat.issueCode({ openid: 'o-removed' }));
    const user = await users.findByOpenid('o-removed');
    expect(await users.remove(user?.id.toUpperCase() ?? '')).toBe(true);
    expect(await users.remove(user?.id ?? '')).toBe(false);
    expect(await users.findByOpenid('o-removed')).toBeNull();
    const answer = await call('GET', `${server.url}/me`, { token });
    expect(answer.body).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
    // The same person is a new user afterwards, and the old session stays ended.
    const again = await logIn(server.url, wechat.issueCode({ openid: 'o-removed' }));
    expect((await call('GET', `${server.url}/me`, { token })).status).toBe(401);
    expect((await call('GET', `${server.url}/me`, { token: again })).status).toBe(200);
  });
});

describe('200 concurrent first logins of one openid on four instances', () => {
  const servers = useTestServers();

  it('all return 200 with one userId, and create one row', async () => {
    const { database, wechat, server } = await servers.all();
    const test = { databaseUrl: database.url, wechatUrl: wechat.url };
    const instances = [
      server,
      ...(await Promise.all([servers.app(test), servers.app(test), servers.app(test)])),
    ];
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        call('POST', `${instances[i % 4]?.url ?? ''}/wechat/login`, {
          body: { code: wechat.issueCode({ openid: 'o-crowd' }) },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200));
    expect(new Set(answers.map(({ body }) => body?.userId)).size).toBe(1);
    expect(answers.filter(({ body }) => body?.isNewUser === true)).toHaveLength(1);
    const rows = await database.query('SELECT id FROM wechat_user');
    expect(rows).toEqual([{ id: answers[0]?.body?.userId }]);
  });
});
