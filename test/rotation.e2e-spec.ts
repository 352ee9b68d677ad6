import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { UsersService, type WechatAuthOptions } from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { SECRET, startApp } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import type { ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

const OLD = 'the old secret, of more than 32 bytes';
const NEW = 'the new secret, of more than 32 bytes';

describe('key rotation', () => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  const running: ListeningApp[] = [];

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
  });
  afterEach(async () => {
    for (const { app } of running.splice(0)) await app.close();
  });

  const instance = async (options: Partial<WechatAuthOptions>): Promise<ListeningApp> => {
    const server = await startApp({ databaseUrl: database.url, wechatUrl: wechat.url, options });
    running.push(server);
    return server;
  };
  const signingWith = (...secret: string[]): Promise<ListeningApp> =>
    instance({ session: { secret } });
  const kidOf = (token: string): unknown =>
    (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string })
      .kid;
  const outcome = async ({ url }: ListeningApp, token: string): Promise<unknown> => {
    const { status, body } = await call('GET', `${url}/me`, { token });
    return status === 200 ? 200 : body?.errorCode;
  };

  describe('of session.secret', () => {
    it('signs with the first secret and verifies with all; removing a secret ends its sessions', async () => {
      const [before, during, after] = [
        await signingWith(OLD),
        await signingWith(NEW, OLD),
        await signingWith(NEW),
      ];
      const old = await logIn(before.url, wechat.issueCode());
      const fresh = await logIn(during.url, wechat.issueCode());
      expect(kidOf(fresh)).not.toBe(kidOf(old));
      expect(kidOf(await logIn(after.url, wechat.issueCode()))).toBe(kidOf(fresh));
      expect([await outcome(during, old), await outcome(during, fresh)]).toEqual([200, 200]);
      expect([await outcome(after, old), await outcome(after, fresh)]).toEqual([
        'WX_SESSION_INVALID',
        200,
      ]);
    });

    it('[M-19] replaces the key derived from the AppSecret without a logout', async () => {
      const old = await logIn((await instance({})).url, wechat.issueCode());
      expect(await outcome(await signingWith(NEW, SECRET), old)).toBe(200);
      expect(await outcome(await signingWith(NEW), old)).toBe('WX_SESSION_INVALID');
    });

    it('[M-19] ends no session in the documented order: verify with the new one, sign with it, drop the old one', async () => {
      const steps = [[OLD], [OLD, NEW], [NEW, OLD]];
      // Each step is deployed while instances of the previous step are running.
      const instances = [];
      for (const step of steps) instances.push(await signingWith(...step));
      for (let i = 1; i < instances.length; i++) {
        const neighbours = instances.slice(i - 1, i + 1);
        for (const one of neighbours) {
          const token = await logIn(one.url, wechat.issueCode());
          for (const other of neighbours) expect(await outcome(other, token)).toBe(200);
        }
      }
    });

    it('skipping the first step makes some clients log in again, and causes no other error', async () => {
      const [notYet, already] = [await signingWith(OLD), await signingWith(NEW, OLD)];
      const fresh = await logIn(already.url, wechat.issueCode());
      expect(await outcome(notYet, fresh)).toBe('WX_SESSION_INVALID');
      const old = await logIn(notYet.url, wechat.issueCode());
      expect(await outcome(already, old)).toBe(200);
    });

    it('[M-19] refuses no login or request on two instances in different steps', async () => {
      const [one, other] = [await signingWith(OLD, NEW), await signingWith(NEW, OLD)];
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const [from, to] = i % 2 ? [one, other] : [other, one];
          const token = await logIn(from.url, wechat.issueCode({ openid: `o-${String(i % 7)}` }));
          return outcome(to, token);
        }),
      );
      expect(outcomes).toEqual(Array(60).fill(200));
    });

    it('a logout with a token of the old key holds on every instance', async () => {
      const [one, other] = [await signingWith(OLD, NEW), await signingWith(NEW, OLD)];
      const token = await logIn(one.url, wechat.issueCode());
      expect((await call('DELETE', `${other.url}/wechat/session`, { token })).status).toBe(204);
      expect(await outcome(one, token)).toBe('WX_SESSION_REVOKED');
    });
  });

  describe('of encryptionSecret', () => {
    const encryptingWith = (...encryptionSecret: string[]): Promise<ListeningApp> =>
      instance({ encryptionSecret });
    const sealed = async (openid: string): Promise<Buffer | undefined> =>
      (
        await database.query<{ session_key: Buffer }>(
          'SELECT session_key FROM wechat_user WHERE openid = $1',
          [openid],
        )
      )[0]?.session_key;
    const idOf = async ({ app }: ListeningApp, openid: string): Promise<string> =>
      (await app.get(UsersService).findByOpenid(openid))?.id ?? '';

    it('[M-19] reads rows of the old secret, and encrypts with the new one at the next login', async () => {
      const openid = 'o-rotated';
      const before = await encryptingWith(OLD);
      await logIn(before.url, wechat.issueCode({ openid }));
      const id = await idOf(before, openid);
      const { sessionKey } = await before.app.get(UsersService).getSessionKey(id);
      const during = await encryptingWith(NEW, OLD);
      expect(await during.app.get(UsersService).getSessionKey(id)).toMatchObject({
        openid,
        sessionKey,
      });
      const after = await encryptingWith(NEW);
      await expect(after.app.get(UsersService).getSessionKey(id)).rejects.toMatchObject({
        errorCode: 'WX_SESSION_KEY_INVALID',
        action: 'relogin',
      });
      await logIn(during.url, wechat.issueCode({ openid }));
      expect((await after.app.get(UsersService).getSessionKey(id)).sessionKey).not.toBe(sessionKey);
    });

    it('a damaged session_key is WX_SESSION_KEY_INVALID until the next login replaces it', async () => {
      const openid = 'o-damaged';
      const server = await encryptingWith(NEW);
      await logIn(server.url, wechat.issueCode({ openid }));
      const id = await idOf(server, openid);
      const users = server.app.get(UsersService);
      const intact = await sealed(openid);
      for (const damaged of [
        null,
        Buffer.alloc(0),
        Buffer.alloc(100),
        intact?.subarray(0, 40),
        intact && Buffer.concat([intact, intact]),
      ]) {
        await database.query('UPDATE wechat_user SET session_key = $1 WHERE openid = $2', [
          damaged,
          openid,
        ]);
        await expect(users.getSessionKey(id)).rejects.toMatchObject({
          errorCode: 'WX_SESSION_KEY_INVALID',
        });
      }
      for (const nobody of ['', 'x', '00000000-0000-4000-8000-000000000000']) {
        await expect(users.getSessionKey(nobody)).rejects.toMatchObject({
          errorCode: 'WX_SESSION_KEY_INVALID',
        });
      }
      await logIn(server.url, wechat.issueCode({ openid }));
      expect(await users.getSessionKey(id)).toMatchObject({ openid });
    });
  });
});
