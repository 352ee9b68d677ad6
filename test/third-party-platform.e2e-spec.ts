import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AggregatedLogger } from '../src/common/aggregated-logger.js';
import { AccessTokenService, WechatApiService, type WechatTokenFunction } from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID } from './support/app.js';
import { call, type Answer } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';

const PLATFORM = 'wx-platform';
/** Another app, which no longer authorises the platform. */
const WITHDRAWN = 'wx0000000000000003';

describe.each(platforms)('apps of a third-party platform over $name', (platform) => {
  const servers = useTestServers();
  const component = { appid: PLATFORM, accessToken: 'CANARY-component-1' };
  const logger = new LogCapture();
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let asked: string[] = [];
  let componentToken: () => unknown;
  let accessToken: () => unknown;

  beforeAll(async () => {
    const ask =
      (name: string, work: () => unknown): WechatTokenFunction =>
      () => {
        asked.push(name);
        return work() as string;
      };
    const ofPlatform = { appid: PLATFORM, accessToken: ask('component', () => componentToken()) };
    const apps = [
      { appid: APPID, component: ofPlatform, accessToken: ask('app', () => accessToken()) },
      { appid: OTHER_APPID, component: ofPlatform },
      { appid: WITHDRAWN, component: ofPlatform },
    ];
    ({ wechat, server } = await servers.all(
      {
        platform,
        logger,
        options: {
          ...{ appid: undefined, secret: undefined, apps },
          session: { secret: 'the session secret, of more than 32 bytes' },
          encryptionSecret: 'the encryption secret, of more than 32 bytes',
        },
      },
      {
        apps: [
          { appid: APPID, component, secret: 'CANARY-secret' },
          { appid: OTHER_APPID, component },
          { appid: WITHDRAWN },
        ],
      },
    ));
  });
  beforeEach(() => {
    server.app.get(AggregatedLogger).flush();
    logger.lines.length = 0;
    asked = [];
    componentToken = () => component.accessToken;
    accessToken = fetchAccessToken;
  });
  afterEach(() => {
    wechat.recover();
    server.app.get(AggregatedLogger).flush();
    expect(logger.text).not.toContain('CANARY');
  });

  /** The token of the same app that the app manages itself. */
  const fetchAccessToken = async (): Promise<unknown> => {
    const body = { grant_type: 'client_credential', appid: APPID, secret: 'CANARY-secret' };
    return (await call('POST', `${wechat.url}/cgi-bin/stable_token`, { body })).body?.access_token;
  };
  const login = (appid = APPID): Promise<Answer> =>
    call('POST', `${server.url}/wechat/login`, {
      body: { code: wechat.issueCode({ appid }), appid },
    });
  const outcome = ({ status, body }: Answer): unknown =>
    status === 200 ? 200 : [status, body?.errorCode];
  const refusal = (work: Promise<unknown>): Promise<unknown> =>
    work.catch((error: unknown) => (error as { errorCode: unknown }).errorCode);
  const requested = async <T>(path: string, work: () => Promise<T>): Promise<[T, number]> => {
    const count = (): number => wechat.requests.filter((request) => request.path === path).length;
    const before = count();
    return [await work(), count() - before];
  };
  const EXCHANGE = '/sns/component/jscode2session';

  it('log in with the token of the platform, and without an AppSecret', async () => {
    const [answer, exchanges] = await requested(EXCHANGE, login);
    expect([outcome(answer), exchanges]).toEqual([200, 1]);
    const { query } = wechat.requests.at(-1) ?? { query: {} };
    expect(query).toMatchObject({ appid: APPID, component_appid: PLATFORM });
    expect(query).not.toHaveProperty('secret');
    const visit = await call('GET', `${server.url}/me`, { token: String(answer.body?.token) });
    expect(visit.status).toBe(200);
    expect(asked).toEqual(['component']);
  });

  it('recover from a stale token of the platform: its function is called again, and the login succeeds', async () => {
    const tokens = ['CANARY-component-0', component.accessToken];
    componentToken = () => Promise.resolve(tokens.shift());
    const [answer, exchanges] = await requested(EXCHANGE, login);
    expect([outcome(answer), exchanges]).toEqual([200, 2]);
    expect(asked).toEqual(['component', 'component']);
  });

  it.each([40001, 40014, 42001])('try errcode %i once more, and no more', async (errcode) => {
    wechat.fail(errcode);
    expect(outcome(await login())).toBe(200);
    wechat.fail(errcode, 3);
    const [answer, exchanges] = await requested(EXCHANGE, login);
    expect([outcome(answer), exchanges]).toEqual([[502, 'WX_UPSTREAM_ERROR'], 2]);
  });

  it('that have not authorised it are WX_APP_MISCONFIGURED, with the remedy in the log', async () => {
    expect(outcome(await login(WITHDRAWN))).toEqual([500, 'WX_APP_MISCONFIGURED']);
    expect(logger.text).toMatch(/^error .*61003 .*has not authorised your third-party platform/m);
  });

  it('are WX_APP_MISCONFIGURED if WeChat gets no token, with the remedy in the log', async () => {
    wechat.fail(41021);
    expect(outcome(await login())).toEqual([500, 'WX_APP_MISCONFIGURED']);
    expect(logger.text).toMatch(/^error .*41021 .*got no component_access_token/m);
  });

  const fail = (): never => {
    throw new Error('CANARY-error');
  };
  it.each<[string, () => unknown, RegExp]>([
    ['throws', fail, /threw Error/],
    ['rejects', () => Promise.reject(new TypeError('CANARY')), /threw TypeError/],
    ['returns nothing', () => undefined, /must be a token of WeChat/],
    ['returns an object', () => ({ access_token: 'CANARY' }), /must be a token of WeChat/],
    ['returns a token with a space', () => 'CANARY token', /must be a token of WeChat/],
    ['returns a token that is too long', () => 'CANARY'.repeat(200), /must be a token of WeChat/],
  ])('are WX_APP_UNAVAILABLE if a token function %s', async (_, work, reason) => {
    componentToken = accessToken = work;
    const answer = await login();
    expect(outcome(answer)).toEqual([503, 'WX_APP_UNAVAILABLE']);
    expect(answer.headers['retry-after']).toBe('1');
    const tokens = server.app.get(AccessTokenService);
    expect(await refusal(tokens.getToken(APPID))).toBe('WX_APP_UNAVAILABLE');
    for (const name of ['component.accessToken', 'accessToken']) {
      const line = logger.lines.find((each) => each.includes(`the function ${name} `));
      expect(line).toMatch(reason);
    }
  });

  it('use the access token of their function for other calls, and call it again if the token is stale', async () => {
    const api = server.app.get(WechatApiService);
    const request = (): Promise<unknown> =>
      api.request(APPID, {
        path: '/wxa/business/getuserphonenumber',
        body: { code: wechat.issuePhoneCode({ openid: 'o-1' }) },
      });
    expect(await request()).toHaveProperty('phone_info');
    expect(asked).toEqual(['app']);
    const tokens = ['CANARY-stale', await fetchAccessToken()];
    accessToken = () => tokens.shift();
    expect(await request()).toHaveProperty('phone_info');
    expect(asked).toEqual(['app', 'app', 'app']);
    accessToken = () => 'CANARY-stale';
    expect(await refusal(request())).toBe('WX_UPSTREAM_ERROR');
    expect(asked).toHaveLength(5);
  });

  it('without the option accessToken are WX_APP_MISCONFIGURED for other calls', async () => {
    const tokens = server.app.get(AccessTokenService);
    const [error, requests] = await requested('/cgi-bin/stable_token', () =>
      refusal(tokens.getToken(OTHER_APPID)),
    );
    expect([error, requests]).toEqual(['WX_APP_MISCONFIGURED', 0]);
    expect(logger.text).toMatch(/^error .*give the app the option accessToken/m);
  });
});
