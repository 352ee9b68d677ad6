import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { createTestWechat, TEST_APP, type TestWechat } from '../../test/support/test-wechat.js';
import { userInfo } from '../../test/support/user-info.js';
import { WechatSandbox } from '../testing/index.js';
import type { UsersService } from '../users/users.service.js';
import { UserDataService } from './user-data.service.js';
import { WechatApiService } from './wechat-api.service.js';

const { appid } = TEST_APP;

describe('the services that use a session_key', () => {
  let test: TestPostgres;
  let sandbox: WechatSandbox;
  let wechat: TestWechat;
  let users: UsersService;
  let userData: UserDataService;
  let api: WechatApiService;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestPostgres();
    sandbox = await WechatSandbox.start({ apps: [TEST_APP] });
  });
  beforeEach(() => {
    wechat = createTestWechat({ baseUrl: sandbox.url, timeout: 20_000 });
    users = wechat.usersOn(test.users);
    userData = new UserDataService(wechat.code2Session, users, wechat.config);
    api = new WechatApiService(users, wechat.calls);
  });
  afterEach(() => {
    sandbox.recover();
  });
  afterAll(async () => {
    await sandbox.close();
    await test.close();
  });

  /** Logs in as an openid that no other test has. */
  const logIn = async (
    openid = `o-${randomUUID()}`,
  ): Promise<{ id: string; openid: string; sessionKey: string }> => {
    const exchanged = await wechat.code2Session.exchange(sandbox.issueCode({ openid }));
    const { user } = await users.upsert(exchanged);
    return { id: user.id, openid, sessionKey: exchanged.sessionKey };
  };
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );
  const unreadable = expect.objectContaining({ errorCode: 'WX_DATA_UNDECRYPTABLE' });

  describe('verifySignature', () => {
    const sign = (text: string): string => createHash('sha1').update(text).digest('hex');

    it('accepts the signature of the data by the key of this user, and no other', async () => {
      const { id, sessionKey } = await logIn();
      const rawData = '{"nickName":"张三"}';
      const signature = sign(rawData + sessionKey);
      expect(await userData.verifySignature(id, { rawData, signature })).toBe(true);
      const { id: other } = await logIn();
      expect(await userData.verifySignature(other, { rawData, signature })).toBe(false);
    });

    it.each<[string, (signature: string) => unknown]>([
      ['another last character', (signature) => signature.slice(0, -1) + 'g'],
      ['another first character', (signature) => `g${signature.slice(1)}`],
      ['a character less', (signature) => signature.slice(1)],
      ['a character more', (signature) => `${signature}0`],
      ['as many characters, but more bytes', () => 'é'.repeat(40)],
      ['no text', (signature) => [signature]],
    ])('refuses a signature with %s', async (_, change) => {
      const { id, sessionKey } = await logIn();
      const signature = change(sign(`data${sessionKey}`)) as string;
      expect(await userData.verifySignature(id, { rawData: 'data', signature })).toBe(false);
    });

    it('refuses data that are not a string, even if they convert to it', async () => {
      const { id, sessionKey } = await logIn();
      const signed = { rawData: ['data'] as never, signature: sign(`data${sessionKey}`) };
      expect(await userData.verifySignature(id, signed)).toBe(false);
    });

    it('fails if there is no session_key', async () => {
      const signed = { rawData: 'data', signature: sign('data') };
      expect(await failureOf(userData.verifySignature(randomUUID(), signed))).toMatchObject({
        errorCode: 'WX_SESSION_KEY_INVALID',
      });
    });
  });

  describe('decrypt', () => {
    const encrypted = (openid: string): { encryptedData: string; iv: string } =>
      sandbox.encryptUserData(openid, userInfo({ openId: openid }), appid);

    it('reads data with the stored key', async () => {
      const { id, openid } = await logIn();
      expect(await userData.decrypt(id, encrypted(openid), 'userInfo')).toMatchObject({
        openId: openid,
      });
    });

    it('reads data with the fresh key of a code, and stores the key', async () => {
      const { id, openid, sessionKey } = await logIn();
      const code = sandbox.issueCode({ openid });
      const data = encrypted(openid);
      expect(await failureOf(userData.decrypt(id, data, 'userInfo'))).toEqual(unreadable);
      expect(await userData.decrypt(id, { ...data, code }, 'userInfo')).toMatchObject({
        openId: openid,
      });
      expect((await users.getSessionKey(id)).sessionKey).not.toBe(sessionKey);
      expect(await userData.decrypt(id, data, 'userInfo')).toMatchObject({ openId: openid });
    });

    it('stores no key for the code of another user, with the same error as for bad data', async () => {
      const [me, them] = [await logIn(), await logIn()];
      const code = sandbox.issueCode({ openid: them.openid });
      const theirs = { ...encrypted(them.openid), code };
      expect(await failureOf(userData.decrypt(me.id, theirs, 'userInfo'))).toEqual(unreadable);
      for (const { id, sessionKey } of [me, them]) {
        expect((await users.getSessionKey(id)).sessionKey).toBe(sessionKey);
      }
    });

    it('throws the same error if there is no user, without a request to WeChat', async () => {
      const { openid } = await logIn();
      const data = encrypted(openid);
      const before = sandbox.requests.length;
      const nobody = randomUUID();
      for (const each of [data, { ...data, code: 'code' }]) {
        expect(await failureOf(userData.decrypt(nobody, each, 'userInfo'))).toEqual(unreadable);
      }
      expect(sandbox.requests).toHaveLength(before);
    });

    it('refuses data that are not of their kind, or of another user', async () => {
      const { id, openid } = await logIn();
      expect(await failureOf(userData.decrypt(id, encrypted(openid), 'runData'))).toEqual(
        unreadable,
      );
      const other = sandbox.encryptUserData(openid, userInfo({ openId: 'o-other' }), appid);
      expect(await failureOf(userData.decrypt(id, other, 'userInfo'))).toEqual(unreadable);
    });

    it('refuses data that are too old', async () => {
      const { id, openid, sessionKey } = await logIn();
      const iv = randomBytes(16);
      const cipher = createCipheriv('aes-128-cbc', Buffer.from(sessionKey, 'base64'), iv);
      const timestamp = Math.floor(Date.now() / 1000) - 7200;
      const text = JSON.stringify({
        ...userInfo({ openId: openid }),
        watermark: { appid, timestamp },
      });
      const data = Buffer.concat([cipher.update(text), cipher.final()]);
      const old = { encryptedData: data.toString('base64'), iv: iv.toString('base64') };
      expect(await failureOf(userData.decrypt(id, old, 'userInfo'))).toEqual(unreadable);
    });

    it('passes on the errors of a code and of an outage', async () => {
      const { id, openid } = await logIn();
      const data = { ...encrypted(openid), code: 'never-issued' };
      expect(await failureOf(userData.decrypt(id, data, 'userInfo'))).toMatchObject({
        errorCode: 'WX_CODE_INVALID',
      });
      await test.database.query('ALTER TABLE wechat_user RENAME TO gone');
      try {
        expect(await failureOf(userData.decrypt(id, encrypted(openid), 'userInfo'))).toMatchObject({
          errorCode: 'WX_STORE_UNAVAILABLE',
        });
      } finally {
        await test.database.query('ALTER TABLE gone RENAME TO wechat_user');
      }
    });

    it('refuses an unknown kind before anything else', async () => {
      expect(await failureOf(userData.decrypt('', {} as never, 'phone' as never))).toBeInstanceOf(
        TypeError,
      );
    });
  });

  describe('WechatApiService', () => {
    it('returns whether WeChat has the same session_key', async () => {
      const { id, openid } = await logIn();
      expect(await api.checkSessionKey(id)).toBe(true);
      sandbox.issueCode({ openid });
      expect(await api.checkSessionKey(id)).toBe(false);
      expect(await api.checkSessionKey(randomUUID())).toBe(false);
      const { id: another } = await logIn();
      sandbox.fail(45009);
      expect(await failureOf(api.checkSessionKey(another))).toMatchObject({ errcode: 45009 });
    });

    it('stores the new session_key of WeChat', async () => {
      const { id, sessionKey } = await logIn();
      await api.resetSessionKey(id);
      expect((await users.getSessionKey(id)).sessionKey).not.toBe(sessionKey);
      expect(await api.checkSessionKey(id)).toBe(true);
    });

    it('reads a phone number only for the user of the code', async () => {
      const { id, openid } = await logIn();
      const code = sandbox.issuePhoneCode({ openid, phoneNumber: '5551234', countryCode: 1 });
      expect(await api.getPhoneNumber(id, code)).toEqual({
        phoneNumber: '15551234',
        purePhoneNumber: '5551234',
        countryCode: '1',
        watermark: { appid, timestamp: expect.any(Number) },
      });
      const theirs = sandbox.issuePhoneCode({ openid: 'o-other' });
      expect(await failureOf(api.getPhoneNumber(id, theirs))).toMatchObject({
        errorCode: 'WX_PHONE_CODE_INVALID',
      });
    });

    it.each([
      ['a b', 'WX_CODE_MALFORMED'],
      ['', 'WX_CODE_MALFORMED'],
      ['code', 'WX_SESSION_REVOKED'],
    ])('sends no request for the code %j without a user: %s', async (code, errorCode) => {
      const before = sandbox.requests.length;
      expect(await failureOf(api.getPhoneNumber(randomUUID(), code))).toMatchObject({ errorCode });
      expect(sandbox.requests).toHaveLength(before);
    });

    it.each(['', 'wxa/x', '/', '//host/x', '/x?y', '/x#y', '/a b', '/x/', 'https://host/x'])(
      'sends no request for the path %j',
      async (path) => {
        const failure = await failureOf(api.request(appid, { path }));
        expect(failure).toBeInstanceOf(TypeError);
        expect(failure).toMatchObject({ message: expect.stringContaining('without a query') });
      },
    );

    it('makes any other call with GET, or with POST and a body', async () => {
      const { openid } = await logIn();
      const query = { openid };
      expect(
        await failureOf(api.request(appid, { path: '/wxa/checksession', query })),
      ).toMatchObject({ errcode: 87009 });
      expect(sandbox.requests.at(-1)).toMatchObject({ method: 'GET', query });
      const body = { code: sandbox.issuePhoneCode({ openid }), openid };
      expect(
        await api.request(appid, { path: '/wxa/business/getuserphonenumber', body }),
      ).toMatchObject({ errcode: 0, phone_info: { purePhoneNumber: '13800138000' } });
      expect(sandbox.requests.at(-1)).toMatchObject({ method: 'POST' });
    });
  });
});
