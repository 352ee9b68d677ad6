import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Secret } from './secret.js';
import { WechatAuthConfigError } from '../errors/wechat-auth-config.error.js';
import { resolveConfig } from './wechat-auth.config.js';
import type { WechatAuthOptions } from './wechat-auth.options.js';

const appid = 'wx4f4bc4dec97d474b';
const secret = 'c4c1f5d0a2b3948576e0f1d2c3b4a596';
const long = 'a session secret of more than thirty-two bytes';

/** Options from JavaScript or the environment, of any type. */
const check = (options: unknown, extras?: unknown): ReturnType<typeof resolveConfig> =>
  resolveConfig(options as WechatAuthOptions, extras as Record<string, never>);

function problemsOf(options: unknown, extras?: unknown): readonly string[] {
  try {
    check(options, extras);
  } catch (error) {
    if (error instanceof WechatAuthConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('resolveConfig', () => {
  it('requires only appid and secret, and adds the documented defaults', () => {
    const config = check({ appid, secret });
    expect(config.apps[0]?.secret?.reveal()).toBe(secret);
    expect(config).toEqual({
      apps: [{ appid, secret: expect.any(Secret) }],
      defaultAppid: appid,
      session: { expiresIn: 7200, secret: [], issuer: 'nestjs-wechat-auth', single: false },
      encryptionSecret: [],
      userData: { maxAge: 3600 },
      wechat: { baseUrl: ['https://api.weixin.qq.com'], timeout: 5000 },
    });
  });

  it('accepts several apps and keeps their order', () => {
    const apps = [
      { appid, secret },
      { appid: 'wx0000000000000002', secret },
    ];
    const checked = check({ apps }).apps;
    expect(checked.map((app) => ({ ...app, secret: app.secret?.reveal() }))).toEqual(apps);
  });

  it.each([
    [7200, 7200],
    ['2h', 7200],
    ['90 minutes', 5400],
    ['7d', 604_800],
    [604_800, 604_800],
    [1, 1],
  ])('reads session.expiresIn %j as %i seconds', (expiresIn, seconds) => {
    expect(check({ appid, secret, session: { expiresIn } }).session.expiresIn).toBe(seconds);
  });

  it.each([0, -1, 1.5, NaN, 604_801, '8d', '7200', '', 'soon', '1500ms', null, {}, '-2h'])(
    'refuses session.expiresIn %j',
    (expiresIn) => {
      expect(problemsOf({ appid, secret, session: { expiresIn } })).toEqual([
        expect.stringContaining('session.expiresIn'),
      ]);
    },
  );

  it('reads userData.maxAge in the same way', () => {
    expect(check({ appid, secret, userData: { maxAge: '10m' } }).userData.maxAge).toBe(600);
    expect(problemsOf({ appid, secret, userData: { maxAge: 0 } })).toEqual([
      expect.stringContaining('userData.maxAge'),
    ]);
  });

  it.each([
    ['session.secret', (value: unknown) => ({ session: { secret: value } })],
    ['encryptionSecret', (value: unknown) => ({ encryptionSecret: value })],
  ])('%s is a string of 32 bytes or more, or a list of such strings', (name, option) => {
    expect(problemsOf({ appid, secret, ...option(long) })).toEqual([]);
    expect(problemsOf({ appid, secret, ...option([long, `${long}!`]) })).toEqual([]);
    expect(problemsOf({ appid, secret, ...option('é'.repeat(16)) })).toEqual([]);
    for (const bad of ['', 'x'.repeat(31), [], [long, 'short'], 42, null, [null]]) {
      expect(problemsOf({ appid, secret, ...option(bad) })).toEqual([
        expect.stringContaining(name),
      ]);
    }
  });

  it.each([
    'https://api2.weixin.qq.com',
    'http://127.0.0.1:3001',
    'http://localhost:1',
    'http://[::1]:1',
  ])('accepts wechat.baseUrl %s', (baseUrl) => {
    expect(check({ appid, secret, wechat: { baseUrl } }).wechat.baseUrl).toEqual([baseUrl]);
  });

  it('accepts a path in wechat.baseUrl, with or without a slash at its end', () => {
    const wechat = { baseUrl: 'https://gateway.example/wechat/' };
    expect(check({ appid, secret, wechat }).wechat.baseUrl).toEqual([
      'https://gateway.example/wechat',
    ]);
  });

  it.each([
    'http://api.weixin.qq.com',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://10.0.0.1',
    'ftp://127.0.0.1',
    'https://user:pass@api.weixin.qq.com',
    'https://api.weixin.qq.com?x=1',
    'https://api.weixin.qq.com#x',
    'api.weixin.qq.com',
    '',
    42,
    null,
  ])('refuses wechat.baseUrl %j', (baseUrl) => {
    expect(problemsOf({ appid, secret, wechat: { baseUrl } })).toEqual([
      expect.stringContaining('wechat.baseUrl'),
    ]);
  });

  it.each([0, -1, 1.5, 60_001, '5s', null])('refuses wechat.timeout %j', (timeout) => {
    expect(problemsOf({ appid, secret, wechat: { timeout } })).toEqual([
      expect.stringContaining('wechat.timeout'),
    ]);
  });

  it.each(['', 42, null, 'x'.repeat(257)])('refuses session.issuer %j', (issuer) => {
    expect(problemsOf({ appid, secret, session: { issuer } })).toEqual([
      expect.stringContaining('session.issuer'),
    ]);
  });

  it.each([
    ['nothing at all', undefined, ['appid is missing', 'secret is missing', '.env']],
    ['no object', 'wx1', ['the options must be an object', 'appid', 'secret', '.env']],
    ['empty texts', { appid: '', secret: '' }, ['appid is missing', 'secret is missing', '.env']],
    ['an appid with a space', { appid: 'wx 1', secret }, ['appid is missing or not an AppID']],
    ['a secret with a line end', { appid, secret: `${secret}\n` }, ['secret is missing or not']],
    ['both forms', { appid, secret, apps: [{ appid, secret }] }, ['either appid and secret']],
    ['no app', { apps: [] }, ['apps must be a list']],
    ['apps that are no list', { apps: { appid, secret } }, ['apps must be a list']],
    ['an app that is null', { apps: [null] }, ['apps[0].appid', 'apps[0].secret']],
    [
      'one appid twice',
      {
        apps: [
          { appid, secret },
          { appid, secret },
        ],
      },
      ['each appid may be listed once'],
    ],
    ['an unknown option', { appid, secret, sesion: {} }, ['"sesion" is not an option']],
    [
      'an unknown nested option',
      { appid, secret, wechat: { url: 'x' } },
      ['"url" is not an option'],
    ],
    ['session as a text', { appid, secret, session: '2h' }, ['session must be an object']],
    [
      'a static option from the factory',
      { appid, secret, isGlobal: false },
      ['next to the factory'],
    ],
    ['a guessable AppSecret to derive keys from', { appid, secret: 'short' }, ['32 characters']],
  ])('refuses %s and gives the reason', (_, options, reasons) => {
    const problems = problemsOf(options);
    expect(problems).toHaveLength(reasons.length);
    reasons.forEach((reason, i) => {
      expect(problems[i]).toContain(reason);
    });
  });

  describe('of apps as a function', () => {
    const secrets = { session: { secret: long }, encryptionSecret: long };
    const apps = (): undefined => undefined;

    it('accepts it with the secrets of the keys, with or without a default app', () => {
      expect(check({ apps, ...secrets })).toMatchObject({ apps: [], findApp: apps });
      expect(check({ apps, defaultAppid: appid, ...secrets }).defaultAppid).toBe(appid);
    });

    it.each([
      ['no secret for its keys', { apps }, 'apps as a function needs session.secret'],
      ['no encryptionSecret', { apps, session: secrets.session }, 'apps as a function needs'],
      ['no session.secret', { apps, encryptionSecret: long }, 'apps as a function needs'],
      [
        'a default app that is no appid',
        { apps, defaultAppid: 'wx 1', ...secrets },
        'defaultAppid',
      ],
      ['an appid as well', { apps, appid, ...secrets }, 'either appid and secret, or apps'],
      [
        'a platform as well',
        { apps, component: {}, ...secrets },
        'either appid and secret, or apps',
      ],
      ['an access token as well', { apps, accessToken: apps, ...secrets }, 'or apps: not both'],
    ])('refuses %s and says why', (_, options, reason) => {
      expect(problemsOf(options)).toEqual([expect.stringContaining(reason)]);
    });

    it.each([
      ['one app', { appid, secret }],
      ['a list', { apps: [{ appid, secret }] }],
    ])('refuses defaultAppid together with %s', (_, options) => {
      expect(problemsOf({ ...options, defaultAppid: appid })).toEqual([
        expect.stringContaining('the first app is the default'),
      ]);
    });
  });

  describe('of an app of a third-party platform', () => {
    const secrets = { session: { secret: long }, encryptionSecret: long };
    const accessToken = (): string => 'CANARY-token';
    const component = { appid: 'wx-platform', accessToken };

    it('accepts it instead of the AppSecret, for one app or in a list', () => {
      const app = { appid, secret: undefined, component, accessToken: undefined };
      expect(check({ appid, component, ...secrets }).apps).toEqual([app]);
      const both = [
        { appid: 'wx1', secret },
        { appid, component, accessToken },
      ];
      expect(check({ apps: both, ...secrets }).apps[1]).toEqual({ ...app, accessToken });
    });

    it.each([
      ['no secret for its keys', { component }, 'An app with component needs session.secret'],
      ['a secret as well', { component, secret, ...secrets }, 'give one of them'],
      ['no appid of the platform', { component: { accessToken }, ...secrets }, 'component must be'],
      [
        'a token',
        { component: { ...component, accessToken: 'CANARY' }, ...secrets },
        'component must be',
      ],
      ['no platform', { component: null, ...secrets }, 'component must be'],
      ['a token of the app', { secret, accessToken: 'CANARY' }, 'accessToken must be a function'],
    ])('refuses %s and says why', (_, options, reason) => {
      const problems = problemsOf({ appid, ...options });
      expect(problems).toEqual([expect.stringContaining(reason)]);
      expect(problems[0]).not.toContain('CANARY');
    });
  });

  it('accepts a short AppSecret if no key is derived from it', () => {
    const options = { appid, secret: 'short', session: { secret: long }, encryptionSecret: long };
    expect(problemsOf(options)).toEqual([]);
  });

  it.each([
    [{ isGlobal: 'yes' }, 'isGlobal'],
    [{ dataSource: '' }, 'dataSource'],
    [{ routes: true }, 'routes'],
    [{ routes: {} }, 'routes'],
    [{ routes: null }, 'routes'],
  ])('refuses the static options %j', (extras, name) => {
    expect(problemsOf({ appid, secret }, extras)).toEqual([expect.stringContaining(name)]);
  });

  it('returns a config that does not print its secrets', () => {
    const config = check({ appid, secret, session: { secret: long }, encryptionSecret: [long] });
    const print = inspect(config, { depth: null, showHidden: true }) + JSON.stringify(config);
    expect(print).toContain(appid);
    expect(print).not.toContain(secret);
    expect(print).not.toContain(long);
    expect([...config.session.secret, ...config.encryptionSecret].map((s) => s.reveal())).toEqual([
      long,
      long,
    ]);
  });

  it('lists all problems at once, without any value', () => {
    const canaries = ['CANARY-secret!', 'CANARY-session', 'CANARY-encryption'];
    const [badSecret, session, encryption] = canaries;
    const options = {
      appid: 'no appid',
      secret: `${badSecret ?? ''} `,
      session: { secret: session, expiresIn: 'CANARY' },
      encryptionSecret: [encryption],
      wechat: { baseUrl: 'http://CANARY.example', timeout: -1 },
    };
    const problems = problemsOf(options);
    expect(problems).toHaveLength(7);
    const error = new WechatAuthConfigError(problems);
    for (const problem of problems) expect(error.message).toContain(problem);
    expect(inspect(error, { depth: null })).not.toContain('CANARY');
  });
});
