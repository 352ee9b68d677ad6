import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, HttpCode, Module, Post, UseGuards } from '@nestjs/common';
import {
  CurrentWxSession,
  UserDataService,
  UsersService,
  WxSessionGuard,
  WxUserData,
  type WechatUserInfo,
  type WxSession,
} from '../src/index.js';
import type { SandboxUserData, WechatSandbox } from '../src/testing/index.js';
import { decryptCbc } from '../src/user-data/aes-cbc.js';
import { APPID, OTHER_APPID, twoApps } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call, logIn, type Answer } from './support/http.js';
import { withFirstBlock } from './support/forge-user-data.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';
import { userInfo } from './support/user-info.js';

@Controller('user-info')
@UseGuards(WxSessionGuard)
class UserInfoController {
  @Post()
  @HttpCode(200)
  show(
    @WxUserData('userInfo') info: WechatUserInfo,
    @CurrentWxSession() session: WxSession,
  ): object {
    return { nickName: info.nickName, openId: info.openId, userId: session.userId };
  }

  @Get()
  hello(): string {
    return 'hello';
  }
}

@Module({ controllers: [UserInfoController] })
class UserInfoModule {}

describe.each(platforms)('user data over $name', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let userData: UserDataService;

  beforeAll(async () => {
    const metadata = { imports: [UserInfoModule] };
    ({ database, wechat, server } = await servers.all(
      { platform, options: twoApps, metadata },
      twoApps,
    ));
    userData = server.app.get(UserDataService);
  });
  afterEach(() => {
    jest.useRealTimers();
    wechat.recover();
  });

  const send = (token: string, body: unknown): Promise<Answer> =>
    call('POST', `${server.url}/user-info`, { token, body });
  const info = (openid: string): SandboxUserData =>
    wechat.encryptUserData(openid, userInfo({ openId: openid }));
  const idOf = async (openid: string): Promise<string> =>
    (await server.app.get(UsersService).findByOpenid(openid))?.id ?? '';
  const unreadable = { statusCode: 400, errorCode: 'WX_DATA_UNDECRYPTABLE', action: 'relogin' };

  it('is decrypted for the handler by @WxUserData()', async () => {
    const openid = 'o-simple';
    const token = await logIn(server.url, wechat.issueCode({ openid }));
    const { encryptedData, iv } = info(openid);
    const answer = await send(token, { encryptedData, iv });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ nickName: 'Band', openId: openid, userId: await idOf(openid) });
  });

  describe('after another wx.login of the client', () => {
    it('is decrypted at the first try if the fresh code is sent along', async () => {
      const openid = 'o-first-try';
      const token = await logIn(server.url, wechat.issueCode({ openid }));
      const code = wechat.issueCode({ openid });
      const { encryptedData, iv } = info(openid);
      expect((await send(token, { encryptedData, iv, code })).status).toBe(200);
      // The fresh key is stored: more data of the same wx.login need no code.
      const more = info(openid);
      expect((await send(token, more)).status).toBe(200);
      expect((await send(token, { encryptedData, iv })).status).toBe(200);
    });

    it('is refused with the action relogin without the fresh code, and accepted after a login', async () => {
      const openid = 'o-no-code';
      const token = await logIn(server.url, wechat.issueCode({ openid }));
      const code = wechat.issueCode({ openid });
      const data = info(openid);
      expect((await send(token, data)).body).toMatchObject(unreadable);
      const again = await logIn(server.url, code, { token });
      expect((await send(again, data)).status).toBe(200);
    });

    it('is refused if it was encrypted with the key before', async () => {
      const openid = 'o-old-data';
      const token = await logIn(server.url, wechat.issueCode({ openid }));
      const old = info(openid);
      const code = wechat.issueCode({ openid });
      expect((await send(token, { ...old, code })).body).toMatchObject(unreadable);
      expect((await send(token, { ...info(openid) })).status).toBe(200);
    });

    it('is decrypted twice if data and code are sent twice at once', async () => {
      const openid = 'o-double-tap';
      const token = await logIn(server.url, wechat.issueCode({ openid }));
      const body = { code: wechat.issueCode({ openid }), ...info(openid) };
      wechat.fail('slow');
      const answers = await Promise.all([send(token, body), send(token, body)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    });

    it('is decrypted in both of two concurrent requests, each with its own code and key', async () => {
      const openid = 'o-race';
      const token = await logIn(server.url, wechat.issueCode({ openid }));
      for (let round = 0; round < 5; round++) {
        const first = wechat.issueCode({ openid });
        const ofFirst = info(openid);
        const second = wechat.issueCode({ openid });
        const ofSecond = info(openid);
        const answers = await Promise.all([
          send(token, { ...ofFirst, code: first }),
          send(token, { ...ofSecond, code: second }),
        ]);
        expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      }
    });
  });

  it('[M-22] is refused with the code of another user, and no stored key changes', async () => {
    const token = await logIn(server.url, wechat.issueCode({ openid: 'o-me' }));
    await logIn(server.url, wechat.issueCode({ openid: 'o-them' }));
    const mine = info('o-me');
    const code = wechat.issueCode({ openid: 'o-them' });
    const answer = await send(token, { ...info('o-them'), code });
    expect(answer.body).toMatchObject(unreadable);
    expect((await send(token, mine)).status).toBe(200);
  });

  it('is refused with the error of a login if WeChat refuses the code', async () => {
    const token = await logIn(server.url, wechat.issueCode({ openid: 'o-bad-code' }));
    const data = info('o-bad-code');
    const answers = await Promise.all(
      ['never-issued', 'with space', '', null, 42].map((code) => send(token, { ...data, code })),
    );
    expect(answers.map(({ body }) => body?.errorCode)).toEqual([
      'WX_CODE_INVALID',
      ...Array<string>(4).fill('WX_CODE_MALFORMED'),
    ]);
    expect(answers[0]?.headers['www-authenticate']).toBe('Bearer');
    wechat.fail('http-500');
    const down = await send(token, { ...data, code: wechat.issueCode({ openid: 'o-bad-code' }) });
    expect(down.status).toBe(503);
    expect(down.headers['retry-after']).toBe('1');
  });

  it('[M-22] is refused with the same body for any failure', async () => {
    const openid = 'o-uniform';
    const token = await logIn(server.url, wechat.issueCode({ openid }));
    const { encryptedData, iv } = info(openid);
    const other = wechat.encryptUserData(openid, userInfo({ openId: openid }), OTHER_APPID);
    const flipped = Buffer.from(encryptedData, 'base64');
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 17) ^ 1, flipped.length - 17);
    const bodies: unknown[] = [
      {},
      [],
      { encryptedData },
      { iv },
      { encryptedData: null, iv: null },
      { encryptedData: 'x', iv: 'y' },
      { encryptedData: flipped.toString('base64'), iv },
      { encryptedData: encryptedData.slice(0, 24), iv },
      { encryptedData, iv: Buffer.alloc(16).toString('base64') },
      { encryptedData: other.encryptedData, iv: other.iv },
    ];
    const texts = new Set<string>();
    for (const body of bodies) {
      const answer = await send(token, body);
      expect(answer.status).toBe(400);
      texts.add(answer.text);
    }
    // A user without a key, with a key that does not open, and without a row.
    await database.query('UPDATE wechat_user SET session_key = NULL WHERE openid = $1', [openid]);
    texts.add((await send(token, { encryptedData, iv })).text);
    await database.query(`UPDATE wechat_user SET session_key = '\\x00' WHERE openid = $1`, [
      openid,
    ]);
    texts.add((await send(token, { encryptedData, iv })).text);
    expect(texts.size).toBe(1);
    expect(JSON.parse([...texts][0] ?? '')).toMatchObject(unreadable);
    await expect(
      userData.decrypt(
        '00000000-0000-4000-8000-000000000000',
        { encryptedData, iv, code: 'x' },
        'userInfo',
      ),
    ).rejects.toMatchObject({ errorCode: 'WX_DATA_UNDECRYPTABLE' });
  });

  it('is refused without a session before anything is decrypted', async () => {
    const answer = await call('POST', `${server.url}/user-info`, { body: info('o-simple') });
    expect(answer.body).toMatchObject({ errorCode: 'WX_SESSION_MISSING' });
  });

  it('[M-22] does not change the user of the session, even if an attacker changes its openId', async () => {
    const openid = 'o-attacker';
    const token = await logIn(server.url, wechat.issueCode({ openid }));
    const data = userInfo({ openId: openid });
    // {"openId":"o-att…: the attacker changes letters of the openId through the iv.
    const forged = withFirstBlock(wechat.encryptUserData(openid, data), '{"openId":"o-vic');
    expect((await send(token, forged)).body).toMatchObject(unreadable);
    // {"nickName":"Ban…: of a field that may hold any text, the first letters are not protected.
    const named = wechat.encryptUserData(openid, userInfo({ openId: undefined }));
    const answer = await send(token, withFirstBlock(named, '{"nickName":"Bun'));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ nickName: 'Bund', userId: await idOf(openid) });
  });

  describe('verifySignature', () => {
    it('accepts what WeChat signed, and nothing else', async () => {
      const openid = 'o-签名';
      await logIn(server.url, wechat.issueCode({ openid }));
      const id = await idOf(openid);
      const { rawData, signature } = wechat.encryptUserData(openid, { nickName: '张三😀' });
      expect(await userData.verifySignature(id, { rawData, signature })).toBe(true);
      for (const wrong of [
        { rawData: `${rawData} `, signature },
        { rawData, signature: signature.toUpperCase() },
        { rawData, signature: signature.slice(1) },
        { rawData, signature: `${signature}0` },
        { rawData, signature: 'é'.repeat(40) },
        { rawData, signature: '' },
        { rawData: '', signature },
        { rawData: undefined, signature },
        { rawData, signature: null },
        { rawData: [rawData], signature: [signature] },
      ]) {
        expect(await userData.verifySignature(id, wrong as never)).toBe(false);
      }
    });

    it('fails as WX_SESSION_KEY_INVALID if the user has no session_key', async () => {
      await expect(
        userData.verifySignature('nobody', { rawData: '', signature: '' }),
      ).rejects.toMatchObject({ errorCode: 'WX_SESSION_KEY_INVALID', action: 'relogin' });
    });
  });
});

const folder = process.env.WECHAT_VECTORS_DIR;
const withVectors = folder === undefined ? describe.skip : describe;
const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(folder ?? '', file), 'utf8')) as unknown;

withVectors('published test vectors of user data (set WECHAT_VECTORS_DIR)', () => {
  interface WechatVector {
    name: string;
    appid: string;
    sessionKey: string;
    encryptedData: string;
    iv: string;
    rawData: string;
    signature: string;
    expected: string;
  }
  const servers = useTestServers();
  let server: ListeningApp;
  const vector = (name: string): WechatVector => {
    const found = (read('wechat.json') as WechatVector[]).find((each) => each.name === name);
    if (found === undefined) throw new Error(`There is no vector ${name}.`);
    return found;
  };

  beforeAll(async () => {
    ({ server } = await servers.all());
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const userWith = async (sessionKey: string, openid = `o-${sessionKey}`): Promise<string> => {
    const { user } = await server.app
      .get(UsersService)
      .upsert({ appid: APPID, openid, sessionKey });
    return user.id;
  };

  it("WeChat's sample is decrypted to the documented result", async () => {
    const { appid, sessionKey, encryptedData, iv, expected } = vector('official-demo-userinfo');
    expect(appid).toBe(APPID);
    const plain = JSON.parse(expected) as WechatUserInfo;
    jest.useFakeTimers({
      now: plain.watermark.timestamp * 1000,
      doNotFake: [
        'setTimeout',
        'clearTimeout',
        'setImmediate',
        'nextTick',
        'queueMicrotask',
        'performance',
      ],
    });
    const id = await userWith(sessionKey, plain.openId);
    const userData = server.app.get(UserDataService);
    expect(await userData.decrypt(id, { encryptedData, iv }, 'userInfo')).toEqual(plain);
    jest.setSystemTime((plain.watermark.timestamp + 3601) * 1000);
    await expect(userData.decrypt(id, { encryptedData, iv }, 'userInfo')).rejects.toMatchObject({
      errorCode: 'WX_DATA_UNDECRYPTABLE',
    });
  });

  it("WeChat's sample signature is accepted", async () => {
    const { sessionKey, rawData, signature } = vector('official-doc-rawdata-signature');
    const id = await userWith(sessionKey);
    const userData = server.app.get(UserDataService);
    expect(await userData.verifySignature(id, { rawData, signature })).toBe(true);
  });

  it('every AES-128-CBC vector of Wycheproof is decrypted or refused as expected', () => {
    const { testGroups } = read('aes_cbc_pkcs5_test.json') as {
      testGroups: {
        keySize: number;
        tests: Record<'key' | 'iv' | 'msg' | 'ct' | 'result', string>[];
      }[];
    };
    const tests = testGroups
      .filter(({ keySize }) => keySize === 128)
      .flatMap((group) => group.tests);
    expect(tests).toHaveLength(72);
    for (const { key, iv, msg, ct, result } of tests) {
      const [k, i, c] = [key, iv, ct].map((hex) => Buffer.from(hex, 'hex')) as [
        Buffer,
        Buffer,
        Buffer,
      ];
      const decrypted = decryptCbc(k, i, c);
      const plaintext = decrypted?.isPadded ? decrypted.plaintext.toString('hex') : undefined;
      expect(plaintext).toBe(result === 'valid' ? msg : undefined);
    }
  });
});
