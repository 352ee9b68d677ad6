import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { LogCapture } from '../../test/support/log-capture.js';
import { AppLookup } from './app-lookup.js';
import type { WechatAppOptions, WechatAppsFunction } from './wechat-auth.options.js';

const SECRET = 'CANARY-c4c1f5d0a2b3948576e0f1d2c3';

describe('AppLookup', () => {
  let logs: LogCapture;
  let rows: Map<string, unknown>;
  let asked: string[];
  let behave: ((appid: string) => unknown) | undefined;
  let lookup: AppLookup;

  beforeEach(() => {
    jest.useFakeTimers();
    logs = new LogCapture();
    Logger.overrideLogger(logs);
    rows = new Map([['wx1', { appid: 'wx1', secret: SECRET }]]);
    asked = [];
    behave = undefined;
    const find = (appid: string): unknown => {
      asked.push(appid);
      return behave ? behave(appid) : rows.get(appid);
    };
    lookup = new AppLookup(find as WechatAppsFunction, new AggregatedLogger());
  });
  afterEach(() => {
    jest.useRealTimers();
    Logger.overrideLogger(false);
  });

  const secretOf = async (appid: string): Promise<string | undefined> =>
    (await lookup.find(appid))?.secret?.reveal();
  const failure = (work: unknown): Promise<unknown> =>
    Promise.resolve(work).then(
      () => undefined,
      (error: unknown) => (error as { errorCode: unknown }).errorCode,
    );

  it('returns the app from the function, also as a promise and with further fields', async () => {
    expect(await secretOf('wx1')).toBe(SECRET);
    behave = (appid) => Promise.resolve({ id: 7, appid, secret: SECRET, createdAt: new Date() });
    expect(await secretOf('wx2')).toBe(SECRET);
  });

  it('caches an app for 60 seconds from the call, and returns it at once', async () => {
    behave = async (appid) => {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      return rows.get(appid);
    };
    const first = lookup.find('wx1');
    await jest.advanceTimersByTimeAsync(3000);
    const app = await first;
    jest.advanceTimersByTime(56_999);
    expect(lookup.find('wx1')).toBe(app);
    behave = undefined;
    rows.set('wx1', { appid: 'wx1', secret: 'another' });
    jest.advanceTimersByTime(1);
    expect(await secretOf('wx1')).toBe('another');
    expect(asked).toEqual(['wx1', 'wx1']);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
  ])('reads %s as an unknown app, and caches that for 60 seconds', async (_, none) => {
    rows.set('wx2', none);
    expect(await lookup.find('wx2')).toBeUndefined();
    rows.set('wx2', { appid: 'wx2', secret: SECRET });
    jest.advanceTimersByTime(59_999);
    expect(lookup.find('wx2')).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(await secretOf('wx2')).toBe(SECRET);
    expect(asked).toEqual(['wx2', 'wx2']);
  });

  it('calls the function once for concurrent callers', async () => {
    const apps = await Promise.all(Array.from({ length: 50 }, async () => lookup.find('wx1')));
    expect(new Set(apps).size).toBe(1);
    expect(asked).toEqual(['wx1']);
  });

  it.each(['', 'wx 1', 'wx1\n', "wx1' OR 1=1", 'é', 'x'.repeat(65), '../wx1'])(
    'does not call the function with %j, which cannot be an appid',
    (appid) => {
      expect(lookup.find(appid)).toBeUndefined();
      expect(asked).toEqual([]);
    },
  );

  it('caches at most 10,000 invented appids, which evict no app', async () => {
    jest.useRealTimers();
    const app = await lookup.find('wx1');
    const madeUp = Array.from({ length: 100_000 }, (_, i) => `wx-made-up-${String(i)}`);
    for (const appid of madeUp) await lookup.find(appid);
    expect(asked).toHaveLength(100_001);
    expect(madeUp.slice(-10_000).every((appid) => lookup.find(appid) === undefined)).toBe(true);
    expect(lookup.find('wx1')).toBe(app);
    expect(asked).toHaveLength(100_001);
    expect(lookup.find(madeUp.at(-10_001) ?? '')).toBeInstanceOf(Promise);
  });

  it('caches at most 10,000 apps', async () => {
    jest.useRealTimers();
    behave = (appid) => ({ appid, secret: SECRET });
    for (let i = 0; i <= 10_000; i++) await lookup.find(`wx${String(i)}`);
    expect(lookup.find('wx1')).not.toBeInstanceOf(Promise);
    expect(lookup.find('wx0')).toBeInstanceOf(Promise);
  });

  describe('renew', () => {
    it('calls the function at once, and then at most once a second for one app', async () => {
      await lookup.find('wx1');
      rows.set('wx1', { appid: 'wx1', secret: 'new' });
      const renewed = await Promise.all(Array.from({ length: 20 }, () => lookup.renew('wx1')));
      expect(new Set(renewed.map((app) => app?.secret?.reveal()))).toEqual(new Set(['new']));
      expect(asked).toHaveLength(2);
      rows.set('wx1', { appid: 'wx1', secret: 'newer' });
      jest.advanceTimersByTime(999);
      expect((await lookup.renew('wx1'))?.secret?.reveal()).toBe('new');
      expect(asked).toHaveLength(2);
      jest.advanceTimersByTime(1);
      expect((await lookup.renew('wx1'))?.secret?.reveal()).toBe('newer');
      expect(await secretOf('wx1')).toBe('newer');
      expect(asked).toHaveLength(3);
    });

    it('detects that an app was removed, or added again', async () => {
      await lookup.find('wx1');
      rows.delete('wx1');
      expect(await lookup.renew('wx1')).toBeUndefined();
      expect(lookup.find('wx1')).toBeUndefined();
      rows.set('wx1', { appid: 'wx1', secret: SECRET });
      jest.advanceTimersByTime(1000);
      await lookup.renew('wx1');
      expect(lookup.find('wx1')).toMatchObject({ appid: 'wx1' });
    });
  });

  describe('a function that', () => {
    class QueryFailedError extends Error {}
    const misnamed = Object.assign(new Error(SECRET), { name: SECRET });
    const token = (): string => 'token';

    it.each<[string, () => unknown, string]>([
      ['throws', () => fail(new QueryFailedError(SECRET)), 'threw QueryFailedError'],
      ['rejects', () => Promise.reject(new TypeError(SECRET)), 'threw TypeError'],
      ['throws a string', () => fail(SECRET), 'threw string'],
      ['throws nothing', () => fail(undefined), 'threw undefined'],
      ['throws an error that calls itself something', () => fail(misnamed), 'threw Error'],
      ['returns a string', () => SECRET, 'appid is missing'],
      ['returns true', () => true, 'appid is missing'],
      ['returns a list', () => [{ appid: 'wx1', secret: SECRET }], 'appid is missing'],
      ['returns a function', () => token, 'appid is missing'],
      ['returns an empty object', () => ({}), 'secret is missing'],
      ['returns another app', () => ({ appid: 'wx2', secret: SECRET }), 'another appid'],
      ['returns no secret', () => ({ appid: 'wx1' }), 'secret is missing'],
      [
        'returns a secret with a space',
        () => ({ appid: 'wx1', secret: `${SECRET} ` }),
        'not an AppSecret',
      ],
      [
        'returns a secret that is a number',
        () => ({ appid: 'wx1', secret: 42 }),
        'not an AppSecret',
      ],
      [
        'returns a platform without a token',
        () => ({ appid: 'wx1', component: { appid: 'wxp' } }),
        'component must be',
      ],
      [
        'returns a secret and a platform',
        () => ({ appid: 'wx1', secret: SECRET, component: { appid: 'wxp', accessToken: token } }),
        'give one of them',
      ],
      [
        'returns a token instead of a function',
        () => ({ ...app, accessToken: SECRET }),
        'accessToken must be',
      ],
      [
        'returns an object that throws',
        () => new Proxy({}, { get: () => fail(SECRET) }),
        'threw string',
      ],
    ])('%s is WX_APP_UNAVAILABLE, logged without a secret', async (_, work, reason) => {
      behave = work;
      expect(await failure(lookup.find('wx1'))).toBe('WX_APP_UNAVAILABLE');
      expect(logs.lines).toHaveLength(1);
      expect(logs.text).toMatch(/^error WX_APP_UNAVAILABLE: the function apps .*\(appid wx1\)/);
      expect(logs.text).toContain(reason);
      expect(logs.text).not.toContain('CANARY');
      behave = undefined;
      expect(await secretOf('wx1')).toBe(SECRET);
    });

    const app: WechatAppOptions = { appid: 'wx1', secret: SECRET };
    function fail(error: unknown): never {
      throw error;
    }

    it('never answers is WX_APP_UNAVAILABLE after five seconds', async () => {
      behave = () => new Promise(() => undefined);
      const outcome = failure(lookup.find('wx1'));
      await jest.advanceTimersByTimeAsync(4999);
      expect(logs.lines).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect(await outcome).toBe('WX_APP_UNAVAILABLE');
      expect(logs.text).toContain('has not answered within 5000 ms');
      behave = undefined;
      expect(await secretOf('wx1')).toBe(SECRET);
    });

    it('fails after the five seconds causes no unhandled rejection', async () => {
      behave = () => new Promise((_, reject) => setTimeout(reject, 6000, new Error(SECRET)));
      const outcome = failure(lookup.find('wx1'));
      await jest.advanceTimersByTimeAsync(7000);
      expect(await outcome).toBe('WX_APP_UNAVAILABLE');
      expect(logs.lines).toHaveLength(1);
    });

    it('fails is called again for the next request, and logged once a second', async () => {
      behave = () => fail(new Error(SECRET));
      for (let i = 0; i < 10; i++) {
        expect(await failure(lookup.find(`wx${String(i)}`))).toBe('WX_APP_UNAVAILABLE');
      }
      expect(asked).toHaveLength(10);
      expect(logs.lines).toHaveLength(1);
      jest.advanceTimersByTime(1000);
      expect(logs.lines.at(-1)).toContain('(9 times in a second)');
    });

    it('fails has no effect while an app is cached', async () => {
      await lookup.find('wx1');
      behave = () => fail(new Error(SECRET));
      expect(await secretOf('wx1')).toBe(SECRET);
      expect(await failure(lookup.renew('wx1'))).toBe('WX_APP_UNAVAILABLE');
      expect(await secretOf('wx1')).toBe(SECRET);
    });
  });
});
