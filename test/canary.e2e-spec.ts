import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import {
  AccessTokenService,
  Code2SessionService,
  LoginService,
  SessionsService,
  UserDataService,
  UsersService,
  WechatApiService,
  WechatAuthEvents,
  WechatUser,
  type WechatAppsFunction,
} from '../src/index.js';
import { AggregatedLogger } from '../src/common/aggregated-logger.js';
import { SessionKeyCipher } from '../src/users/session-key-cipher.js';
import type { SandboxFault, SandboxUserData, WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, startApp } from './support/app.js';
import type { TestDatabase } from './support/database.js';
import { call } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { reachableStrings } from './support/reachable-strings.js';
import { useTestServers } from './support/test-servers.js';
import { userInfo } from './support/user-info.js';

const SECRET = 'CANARY-AppSecret-0123456789abcdef';
const faults: SandboxFault[] = [
  ...[
    -1, 40029, 40163, 40226, 45011, 45009, 40013, 40125, 41002, 41004, 41008, 40164, 40243, 99999,
  ],
  ...(['timeout', 'reset', 'truncated', 'http-404', 'http-500', 'http-502', 'redirect'] as const),
  ...(['garbage', 'empty', 'null', 'array', 'too-large', 'bad-utf8'] as const),
  ...(['missing-openid', 'missing-session-key', 'empty-openid', 'wrong-types', 'slow'] as const),
];

/** Everything that a logger could print of a value. */
const printed = (value: unknown): string[] => [
  inspect(value, { depth: null, showHidden: true, getters: true }),
  value instanceof Error ? `${value.stack ?? ''}${inspect(value.cause, { depth: null })}` : '',
  JSON.stringify([value]),
];

describe.each(platforms)('secrets over $name', (platform) => {
  const servers = useTestServers();
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  const logger = new LogCapture();
  /** Everything that left the library: log lines, responses, inspected errors and results. */
  const seen: string[] = [];
  /** The AppSecret, and all codes, tokens and session keys of the test. */
  const secrets = new Set<string>([SECRET, encodeURIComponent(SECRET)]);

  beforeAll(async () => {
    database = await servers.database();
    wechat = await servers.sandbox();
    server = await startApp({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      options: { secret: SECRET, wechat: { baseUrl: wechat.url, timeout: 300 } },
      logger,
    });
  });

  const newCode = (): string => {
    const code = wechat.issueCode({ openid: 'o-canary' });
    secrets.add(code);
    return code;
  };

  const record = (value: unknown): void => {
    seen.push(...printed(value));
  };

  const attempt = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      return await work;
    } catch (error) {
      record(error);
      return undefined;
    } finally {
      // Each line, not only the last of its kind in a second.
      server.app.get(AggregatedLogger).flush();
    }
  };

  it('[M-14] appear in no log line, response or error, whatever call fails', async () => {
    const logIn = async (code: string): Promise<string> => {
      const answer = await call('POST', `${server.url}/wechat/login`, { body: { code } });
      const { token, ...rest } = answer.body ?? {};
      if (typeof token === 'string') secrets.add(token);
      seen.push(JSON.stringify([rest, answer.headers]));
      return String(token);
    };
    const visit = async (method: string, path: string, token: string): Promise<void> => {
      const answer = await call(method, server.url + path, { token });
      seen.push(answer.text, JSON.stringify(answer.headers));
    };
    const modules = server.app.get(ModulesContainer);
    const services = [
      server.app.get(LoginService),
      server.app.get(Code2SessionService),
      server.app.get(UsersService),
      server.app.get(SessionsService),
    ] as const;
    const [login, code2Session, users, sessions] = services;

    // Every success.
    const code2SessionResult = await code2Session.exchange(newCode());
    secrets.add(code2SessionResult.sessionKey);
    seen.push(inspect(code2SessionResult, { depth: null }), JSON.stringify(code2SessionResult));
    const { user } = await users.upsert(code2SessionResult);
    record(user);
    const token = await logIn(newCode());
    for (const path of ['/me', '/wechat/session']) await visit('GET', path, token);
    record(await sessions.verify(token));
    record(await users.findById(user.id));

    // Every failure of WeChat, over HTTP and through the services.
    for (const fault of faults) {
      wechat.fail(fault, 6);
      const code = newCode();
      await logIn(code);
      record(await attempt(login.login(code)));
      record(await attempt(code2Session.exchange(newCode())));
      wechat.recover();
    }
    // An errmsg that repeats the code.
    await logIn('never-issued-CANARY-code');
    secrets.add('never-issued-CANARY-code');
    await logIn('spent');

    // User data, access tokens and phone numbers, with every failure of WeChat.
    const { userData, api, accessTokens } = {
      userData: server.app.get(UserDataService),
      api: server.app.get(WechatApiService),
      accessTokens: server.app.get(AccessTokenService),
    };
    secrets.add(await accessTokens.getToken());
    secrets.add('13900001111').add('CANARY-nickname');
    const encrypt = (): SandboxUserData =>
      wechat.encryptUserData('o-canary', userInfo({ nickName: 'CANARY-nickname' }), APPID);
    const phoneCode = (): string => {
      const code = wechat.issuePhoneCode({ openid: 'o-canary', phoneNumber: '13900001111' });
      secrets.add(code);
      return code;
    };
    await userData.decrypt(user.id, { ...encrypt(), code: newCode() }, 'userInfo').catch(record);
    const fresh = newCode();
    await userData.decrypt(user.id, { ...encrypt(), code: fresh }, 'userInfo');
    await api.getPhoneNumber(user.id, phoneCode());
    for (const fault of [...faults, 40001, 42001, 87009]) {
      wechat.fail(fault, 3);
      await attempt(api.checkSessionKey(user.id));
      wechat.recover();
      wechat.fail(fault, 3);
      await attempt(api.getPhoneNumber(user.id, phoneCode()));
      wechat.recover();
      wechat.fail(fault, 3);
      await attempt(userData.decrypt(user.id, { ...encrypt(), code: newCode() }, 'userInfo'));
      wechat.recover();
      wechat.expireAccessTokens();
      wechat.fail(fault, 3);
      await attempt(accessTokens.replace(await accessTokens.getToken().catch(String)));
      wechat.recover();
      secrets.add(await accessTokens.getToken());
    }
    await api.resetSessionKey(user.id).catch(record);
    for (const wrong of ['', 'x', encrypt().iv]) {
      await attempt(userData.decrypt(user.id, { encryptedData: wrong, iv: wrong }, 'userInfo'));
      await attempt(userData.verifySignature(user.id, { rawData: wrong, signature: wrong }));
    }

    // Every failure of a token.
    for (const wrong of [token.slice(0, -1), `${token}A`, token.replace('.', '..'), `x${token}`]) {
      await visit('GET', '/me', wrong);
      await attempt(sessions.verify(wrong));
    }
    await visit('DELETE', '/wechat/session', token);
    await visit('GET', '/me', token);
    await attempt(sessions.verify(token));
    const second = await logIn(newCode());
    await visit('DELETE', '/wechat/sessions', second);
    await attempt(sessions.verify(second));

    // Every failure of Postgres: a constraint, a missing table, no connection.
    const bad = { appid: APPID, openid: 'x'.repeat(129), sessionKey: 'CANARY-session-key' };
    secrets.add(bad.sessionKey);
    await attempt(users.upsert(bad));
    await attempt(users.upsert({ ...bad, openid: 'nul\0' }));
    await database.query('ALTER TABLE wechat_user RENAME TO gone');
    await logIn(newCode());
    await visit('GET', '/me', second);
    await attempt(login.login(newCode()));
    await database.query('ALTER TABLE gone RENAME TO wechat_user');
    await database.query('DROP TABLE wechat_revoked_session');
    await visit('DELETE', '/wechat/session', await logIn(newCode()));

    for (const row of await database.query<{ session_key: Buffer; openid: string }>(
      'SELECT * FROM wechat_user',
    )) {
      const sessionKey = server.app
        .get(SessionKeyCipher)
        .open(row.session_key, { appid: APPID, openid: row.openid });
      if (sessionKey !== undefined) secrets.add(sessionKey);
    }
    const third = await logIn(newCode());
    await server.app.close();
    await attempt(sessions.verify(third));
    await attempt(login.login(newCode()));

    // The services themselves, which an app may print.
    for (const service of [...services, userData, api, accessTokens])
      seen.push(inspect(service, { depth: 8 }));
    seen.push(inspect(new WechatUser()), ...logger.lines);
    // Everything in Nest's container.
    for (const [, text] of reachableStrings(modules)) seen.push(text);

    expect(secrets.size).toBeGreaterThan(60);
    expect(logger.lines.length).toBeGreaterThan(40);
    const everything = seen.join('\n');
    expect(everything).toContain('o-canary');
    const leaked = [...secrets].filter((secret) => everything.includes(secret));
    expect(leaked).toEqual([]);
  });
});

describe.each(platforms)('secrets that functions of the host return over $name', (platform) => {
  const servers = useTestServers();
  const logger = new LogCapture();
  const seen: string[] = [];
  const CANARY = /CANARY-\w+/g;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  /** What the functions do instead of their work. */
  let fault: ((secret: string) => unknown) | undefined;

  /** A function of the host for a secret of its own. */
  const secretOf = (secret: string): unknown => (fault ? fault(secret) : secret);
  const appOf = (appid: string): unknown => {
    const accessToken = (): unknown => secretOf('CANARY-host-access-token');
    if (appid === OTHER_APPID) {
      const ask = (): unknown => secretOf('CANARY-component-token');
      return { appid, component: { appid: 'wx-platform', accessToken: ask }, accessToken };
    }
    const secret = secretOf(SECRET);
    if (typeof secret !== 'string') return secret;
    return appid === APPID ? { appid, secret, note: 'CANARY-column' } : undefined;
  };

  beforeAll(async () => {
    ({ wechat, server } = await servers.all({
      platform,
      logger,
      options: {
        ...{ appid: undefined, secret: undefined, apps: appOf as WechatAppsFunction },
        defaultAppid: APPID,
        session: { secret: 'CANARY-session-secret, of more than 32 bytes' },
        encryptionSecret: 'CANARY-encryption-secret, of more than 32 bytes',
      },
    }));
    server.app.get(WechatAuthEvents).subscribe((event) => seen.push(...printed(event)));
  });

  const faults: [string, (secret: string) => unknown][] = [
    ['throw an Error', thrown((secret) => new Error(`SELECT '${secret}'`))],
    ['throw an Error with a cause', thrown((cause) => new Error('no', { cause }))],
    ['throw an Error with a property', thrown((secret) => Object.assign(new Error(), { secret }))],
    ['throw an Error of that name', thrown((name) => Object.assign(new Error(), { name }))],
    ['throw a string', thrown((secret) => secret)],
    ['reject', (secret) => Promise.reject(new TypeError(secret))],
    ['return a list', (secret) => [secret]],
    ['return an object', (secret) => ({ secret: `${secret}\n`, accessToken: secret })],
  ];

  it('[M-14] appear in no log line, response, event or error, whatever they do', async () => {
    const logIn = async (appid: string): Promise<string> => {
      const body = { code: wechat.issueCode({ openid: 'o-canary', appid }), appid };
      const answer = await call('POST', `${server.url}/wechat/login`, { body });
      seen.push(answer.text.replace(/"token":"[^"]+"/, ''), JSON.stringify(answer.headers));
      return String(answer.body?.errorCode);
    };
    const attempt = async (work: Promise<unknown>): Promise<void> => {
      await work.then(undefined, (error: unknown) => seen.push(...printed(error)));
      server.app.get(AggregatedLogger).flush();
    };
    const { user } = await server.app
      .get(UsersService)
      .upsert({ appid: OTHER_APPID, openid: 'o-canary', sessionKey: 'CANARY-session-key' });
    const api = server.app.get(WechatApiService);

    for (const [, failing] of faults) {
      fault = failing;
      // Apps that nobody has asked for yet: a known one is remembered.
      expect(await logIn(`wx-${String(seen.length)}`)).toBe('WX_APP_UNAVAILABLE');
      expect(await logIn(OTHER_APPID)).toBe('WX_APP_UNAVAILABLE');
      await attempt(api.checkSessionKey(user.id));
      await attempt(server.app.get(LoginService).login(wechat.issueCode(), { appid: 'wx-new' }));
      fault = undefined;
    }
    for (const appid of [APPID, OTHER_APPID]) expect(await logIn(appid)).toBe('undefined');
    // WeChat refuses what they return: the AppSecret, the token of the platform, and the app's own.
    for (const errcode of [40125, 40001, 42001, 61003, 41021]) {
      for (const appid of [APPID, OTHER_APPID]) {
        wechat.fail(errcode, 4);
        await logIn(appid);
        await attempt(api.checkSessionKey(user.id));
        wechat.recover();
      }
    }

    for (const type of [LoginService, Code2SessionService, AccessTokenService, WechatApiService]) {
      seen.push(inspect(server.app.get(type), { depth: 8 }));
    }
    for (const [, text] of reachableStrings(server.app.get(ModulesContainer))) seen.push(text);
    seen.push(...logger.lines);
    const everything = seen.join('\n');
    expect(everything).toMatch(/WX_APP_UNAVAILABLE: the function apps threw TypeError/);
    expect(everything).toContain('the function component.accessToken');
    expect(everything).toContain('the function accessToken');
    expect(everything).toContain('login-refused');
    expect([...new Set(everything.match(CANARY))]).toEqual([]);
  });
});

/** A function that throws an error with a secret in it. */
function thrown(errorOf: (secret: string) => unknown): (secret: string) => never {
  return (secret) => {
    throw errorOf(secret);
  };
}
