import { randomBytes, randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromiumPath, launchChromium, press, violationsOn } from './support/browser.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { openDemoPage, startTestDemo, textOf, type RunningDemo } from './support/demo-page.js';
import { call } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { until } from './support/until.js';

const log = new LogCapture();
let database: TestDatabase;
let demo: RunningDemo;

const start = (env: Record<string, string>): Promise<RunningDemo> => startTestDemo(env, log);

beforeAll(async () => {
  database = await createTestDatabase();
  demo = await start({ DATABASE_URL: database.url });
});
afterAll(async () => {
  await demo.stop();
  await database.drop();
});

const newPageId = (): string => randomBytes(16).toString('hex');

describe('the event stream of steps for the page of the demo', () => {
  const sandbox = async (path: string, body: object): Promise<Record<string, unknown>> =>
    (await call('POST', `${String(demo.sandboxUrl)}/sandbox/${path}`, { body })).body ?? {};

  /** The events sent while `work` runs. */
  async function eventsOf(work: (run: string) => Promise<unknown>): Promise<string> {
    const page = newPageId();
    let text = '';
    const stream = get(`${demo.url}/demo/steps?page=${page}`, (response) => {
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    });
    await until(() => text.includes('event: ready'));
    await work(`${page}.1`);
    await until(() => text.includes('"from":"miniprogram","to":"server","phase":"end"'));
    stream.destroy();
    return text;
  }

  const login = async (run: string, openid = `o-${randomUUID()}`): Promise<string[]> => {
    const { code } = await sandbox('codes', { openid });
    const { body } = await call('POST', `${demo.url}/wechat/login`, {
      headers: { 'x-demo-run': run },
      body: { code },
    });
    return [openid, String(code), String(body?.token)];
  };

  it('names the steps in their order', async () => {
    const text = await eventsOf((run) => login(run));
    const names = [...text.matchAll(/"name":"([^"]+)".*?"phase":"(\w+)"/g)];
    expect(names.map(([, name, phase]) => `${String(phase)} ${String(name)}`)).toEqual([
      'begin GET /sns/jscode2session',
      'end GET /sns/jscode2session',
      'begin INSERT wechat_user',
      'end INSERT wechat_user',
      'note issue',
      'end POST /wechat/login',
    ]);
  });

  it('contains no secret', async () => {
    let secrets: string[] = [];
    const text = await eventsOf(async (run) => (secrets = await login(run)));
    const [{ session_key: sealed } = {}] = await database.query<{ session_key: Buffer }>(
      'SELECT session_key FROM wechat_user WHERE openid = $1',
      [secrets[0]],
    );
    expect(sealed).toBeDefined();
    secrets.push('AppSecret', String(sealed));
    expect(text).toContain('"js_code":"••••••"');
    expect(text).toContain('"session_key":"••••••"');
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('contains only the requests of its own page', async () => {
    const other = newPageId();
    const text = await eventsOf(async (run) => {
      await Promise.all([login(run), login(`${other}.1`), login('../etc'), login('')]);
    });
    expect(text).not.toContain(other);
    expect(text.match(/begin/g)).toHaveLength(2);
  });

  it('is refused with 400 without a valid page id', async () => {
    for (const query of ['', '?page=', '?page=.', '?page=a&page=b']) {
      expect(await call('GET', `${demo.url}/demo/steps${query}`)).toMatchObject({ status: 400 });
    }
  });
});

/** Shown as skipped if there is no Chromium. */
const withChromium = chromiumPath === undefined ? describe.skip : describe;

withChromium('the page of the demo in Chromium (install chromium, or set CHROMIUM_PATH)', () => {
  let browser: Browser;
  const pages: Page[] = [];

  beforeAll(async () => {
    // A host name that the browser does not treat as local.
    browser = await launchChromium(['--host-resolver-rules=MAP other.test 127.0.0.1']);
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
  });
  afterAll(() => browser.close());

  async function open(options: BrowserContextOptions = {}, url = demo.url): Promise<Page> {
    const page = await openDemoPage(browser, url, options);
    pages.push(page);
    return page;
  }

  /** Errors and warnings of the console, and uncaught errors. */
  function consoleErrorsOf(page: Page): string[] {
    const consoleErrors: string[] = [];
    page.on('pageerror', (error) => consoleErrors.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) consoleErrors.push(message.text());
    });
    return consoleErrors;
  }

  /** The names of the steps that the diagram shows as done; `also` is one more CSS selector. */
  const lit = (page: Page, also = ''): Promise<(string | undefined)[]> =>
    page.$$eval(`.step.lit${also}`, (rows) => rows.map((row) => (row as HTMLElement).dataset.name));

  const LOGIN = [
    ...['wx.login()', 'wx.login()'],
    'POST /wechat/login',
    ...['GET /sns/jscode2session', 'GET /sns/jscode2session'],
    ...['INSERT wechat_user', 'INSERT wechat_user'],
    'issue',
    'POST /wechat/login',
    'wx.setStorageSync()',
  ];
  const PROBE = 'SELECT wechat_user, wechat_revoked_session';
  const guarded = (name: string, ...within: string[]): string[] => [
    ...[name, PROBE, PROBE, 'verify'],
    ...within,
    name,
  ];
  const PROFILE = guarded('GET /profile');
  const REVOCATION = [
    'INSERT wechat_revoked_session, wechat_user',
    'INSERT wechat_revoked_session, wechat_user',
  ];
  const refused = (status: number): string =>
    `Failed to load resource: the server responded with a status of ${status}`;

  it('shows the steps of a login before the first click', async () => {
    const page = await open();
    expect(await textOf(page, 'sequence-title')).toBe('What a login takes');
    expect(await textOf(page, 'who')).toBe('Not logged in');
    expect(await lit(page)).toEqual([]);
    expect(await page.$$eval('.step.dim', (rows) => rows.length)).toBe(LOGIN.length);
  });

  it('shows each step of a login with its time, and dots in place of secrets', async () => {
    const page = await open();
    const consoleErrors = consoleErrorsOf(page);
    await press(page, 'login');
    expect(await textOf(page, 'result')).toBe('Welcome! A new user.');
    expect(await textOf(page, 'who')).toMatch(/^User [\da-f]{12}$/);
    expect(await lit(page)).toEqual(LOGIN);
    expect(await page.$$('.step.dim')).toEqual([]);
    expect(await textOf(page, 'sequence-summary')).toMatch(/^10 steps in [\d.]+ m?s$/);
    const [exchange = '', found = ''] = await page.$$eval(
      '[data-name="GET /sns/jscode2session"]',
      (rows) => rows.map((row) => row.textContent),
    );
    expect(exchange).toMatch(
      /^\+\d+ msYour server to WeChat: Exchanges the code.*appid wx0000000000000001.*secret ••••••hidden.*js_code ••••••/,
    );
    expect(found).toMatch(/WeChat back to Your server:.* ms.*session_key ••••••.*openid ••••••/);
    const shown = (await page.textContent('body')) ?? '';
    const { token, openid } = await page.evaluate(() => ({
      token: (JSON.parse(localStorage.getItem('wx-session') ?? '{}') as { token: string }).token,
      openid: localStorage.getItem('demo-openid') ?? '',
    }));
    for (const secret of [token, openid]) {
      expect(secret.length).toBeGreaterThan(30);
      expect(shown).not.toContain(secret);
    }
    expect(consoleErrors).toEqual([]);
  });

  it('calls a guarded route, sends encrypted data and logs out', async () => {
    const page = await open();
    const consoleErrors = consoleErrorsOf(page);
    await press(page, 'login');

    await press(page, 'profile');
    expect(await textOf(page, 'result')).toMatch(/^The server knows you\. Member since /);
    expect(await lit(page)).toEqual(PROFILE);

    await press(page, 'data');
    expect(await textOf(page, 'result')).toBe('The server reads: Band, Guangzhou.');
    expect(await lit(page)).toEqual([
      ...['wx.login()', 'wx.login()', 'wx.getUserInfo()', 'wx.getUserInfo()'],
      ...guarded(
        'POST /profile/info',
        ...['SELECT wechat_user', 'SELECT wechat_user'],
        ...['GET /sns/jscode2session', 'GET /sns/jscode2session'],
        ...['UPDATE wechat_user', 'UPDATE wechat_user', 'decrypt'],
      ),
    ]);

    await press(page, 'logout');
    expect(await textOf(page, 'result')).toMatch(/^Logged out\./);
    expect(await textOf(page, 'who')).toBe('Not logged in');
    expect(await lit(page)).toEqual([
      'wx.setStorageSync()',
      ...guarded('DELETE /wechat/session', ...REVOCATION),
    ]);
    expect(consoleErrors).toEqual([]);
  });

  it('logs in before it calls a guarded route without a session', async () => {
    const page = await open();
    await press(page, 'profile');
    expect(await lit(page)).toEqual([...LOGIN, ...PROFILE]);
  });

  it('logs in once for two pages that log in at the same time', async () => {
    const page = await open();
    const consoleErrors = consoleErrorsOf(page);
    await press(page, 'twice');
    expect(await textOf(page, 'sequence-title')).toBe('What if … two pages log in at once?');
    expect(await textOf(page, 'result')).toBe('Both pages are logged in. Calls of wx.login: 1.');
    expect(await lit(page)).toEqual(LOGIN);
    expect(consoleErrors).toEqual([]);
  });

  it.each([
    ['busy', 503, 'WX_UPSTREAM_BUSY', Array<string>(3).fill('GET /sns/jscode2session')],
    ['invalid', 401, 'WX_CODE_INVALID', ['GET /sns/jscode2session']],
    ['timeout', 503, 'WX_UPSTREAM_UNAVAILABLE', ['GET /sns/jscode2session']],
  ])(
    'shows the failed login and the second one if WeChat returns: %s',
    async (button, status, errorCode, failed) => {
      const page = await open();
      const consoleErrors = consoleErrorsOf(page);
      await press(page, button);
      expect(await textOf(page, 'result')).toBe('Logged in all the same. Calls of wx.login: 2.');
      expect(await lit(page, '.failed')).toEqual([...failed, 'POST /wechat/login']);
      expect((await lit(page)).slice(-LOGIN.length)).toEqual(LOGIN);
      const refusal = await page.textContent('.failed[data-name="POST /wechat/login"]');
      expect(refusal).toContain(`status ${String(status)}`);
      expect(refusal).toContain(errorCode);
      expect(await page.$$eval('.step.missed', (rows) => rows.length)).toBe(3);
      expect(consoleErrors).toEqual([expect.stringContaining(refused(status))]);
    },
  );

  it('logs in again and replays the request if the server has ended the session', async () => {
    const page = await open();
    const consoleErrors = consoleErrorsOf(page);
    await press(page, 'login');
    await press(page, 'end');
    expect(await textOf(page, 'result')).toBe(
      'The route answered all the same. Calls of wx.login: 1.',
    );
    expect(await lit(page, '.failed')).toEqual(['verify', 'GET /profile']);
    expect(await lit(page)).toEqual([
      ...guarded('POST /demo/end-session', ...REVOCATION),
      ...guarded('GET /profile'),
      ...LOGIN.slice(0, 8),
      ...REVOCATION,
      ...LOGIN.slice(8),
      ...PROFILE,
    ]);
    expect(consoleErrors).toEqual([expect.stringContaining(refused(401))]);
  });

  it('shows the error if a retry does not help, and works again afterwards', async () => {
    const page = await open();
    const url = `${String(demo.sandboxUrl)}/sandbox/faults`;
    await call('POST', url, { body: { fault: 40226 } });
    await press(page, 'login');
    expect(await textOf(page, 'result')).toBe('WeChat has blocked this user. WX_USER_BLOCKED');
    await press(page, 'login');
    expect(await textOf(page, 'result')).toBe('Welcome! A new user.');
  });

  it('keeps the session after a reload', async () => {
    const page = await open();
    await press(page, 'login');
    const who = await textOf(page, 'who');
    await page.reload();
    await page.waitForSelector('#login[aria-disabled=false]');
    expect(await textOf(page, 'who')).toBe(who);
    await press(page, 'profile');
    expect(await lit(page)).toEqual(PROFILE);
  });

  it.each([
    ['zh-CN', 'zh-CN', '欢迎！新用户。'],
    ['zh-TW', 'zh-CN', '欢迎！新用户。'],
    ['en-GB', 'en', 'Welcome! A new user.'],
    ['fr-FR', 'en', 'Welcome! A new user.'],
  ])('is shown to a browser in %s in %s', async (locale, lang, welcome) => {
    const page = await open({ locale });
    expect(await page.getAttribute('html', 'lang')).toBe(lang);
    await press(page, 'login');
    expect(await textOf(page, 'result')).toBe(welcome);
    expect(await page.textContent('body')).not.toContain('undefined');
  });

  it('has all its texts in both languages', async () => {
    const page = await open();
    const missing = await page.evaluate(async () => {
      const { WORDS } = (await import(`${location.origin}/words.js`)) as {
        WORDS: Record<'en' | 'zh', object>;
      };
      const shape = (value: unknown, path = ''): string[] =>
        typeof value === 'object' && value !== null
          ? Object.entries(value).flatMap(([name, each]) => shape(each, `${path}/${name}`))
          : [`${path}: ${typeof value}`];
      const [en, zh] = [shape(WORDS.en), shape(WORDS.zh)];
      return [
        ...en.filter((each) => !zh.includes(each)),
        ...zh.filter((each) => !en.includes(each)),
      ];
    });
    expect(missing).toEqual([]);
  });

  const looks = (['en-US', 'zh-CN'] as const).flatMap((locale) =>
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      [1280, 360].map((width) => ({ locale, colorScheme, width })),
    ),
  );

  it.each(looks)(
    'has no axe violations and fits the width: $locale, $colorScheme, $width px',
    async ({ locale, colorScheme, width }) => {
      const page = await open({ locale, colorScheme, viewport: { width, height: 800 } });
      expect(await violationsOn(page)).toEqual([]);
      await press(page, 'invalid');
      expect(await violationsOn(page)).toEqual([]);
      await page.evaluate(() => {
        window.scrollTo(1000, 0);
      });
      expect(await page.evaluate(() => window.scrollX)).toBe(0);
      const [phone, buttons] = [await page.$('.phone'), await page.$$('button')];
      expect((await phone?.boundingBox())?.width).toBeLessThanOrEqual(width);
      for (const button of buttons) {
        expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(40);
      }
    },
  );

  it('can be used with the keyboard only', async () => {
    const page = await open();
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');
    const reached: string[] = [];
    for (let presses = 0; presses < 14; presses++) {
      await page.keyboard.press('Tab');
      reached.push(await focused());
    }
    expect(reached.filter((id) => id !== '')).toEqual(
      'login profile data logout twice busy invalid timeout end single envelope'.split(' '),
    );
    await page.focus('#login');
    const outline = await page.$eval('#login', (button) => getComputedStyle(button).outlineStyle);
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#login[aria-disabled=false]');
    expect(await textOf(page, 'result')).toBe('Welcome! A new user.');
    expect(await focused()).toBe('login');
    await page.keyboard.press('Space');
    await page.waitForSelector('#login[aria-disabled=false]');
    expect(await textOf(page, 'result')).toBe('Welcome back.');
  });

  it('has regions, a status and a list for screen readers', async () => {
    const page = await open();
    expect(await page.getByRole('main').count()).toBe(1);
    for (const name of ['Phone', 'What if …', 'What a login takes']) {
      expect(await page.getByRole('region', { name }).count()).toBe(1);
    }
    await press(page, 'login');
    const result = page.getByRole('status').filter({ hasText: 'Welcome! A new user.' });
    expect(await result.count()).toBe(1);
    const steps = page.getByRole('list', { name: 'Log in' }).getByRole('listitem');
    expect(await steps.count()).toBe(LOGIN.length);
  });

  it('has no animation with prefers-reduced-motion, and animations without', async () => {
    const animations = async (reducedMotion: 'reduce' | 'no-preference'): Promise<number> => {
      const page = await open({ reducedMotion });
      await press(page, 'login');
      return page.evaluate(() => document.getAnimations().length);
    };
    expect(await animations('reduce')).toBe(0);
    expect(await animations('no-preference')).toBeGreaterThan(0);
  });

  it('sends requests only to the demo and its sandbox, and allows no other script', async () => {
    const page = await open();
    const asked = new Set<string>();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    const answer = await page.reload();
    await press(page, 'login');
    expect([...asked].sort()).toEqual([String(demo.sandboxUrl), demo.url].sort());
    expect(answer?.headers()['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${String(demo.sandboxUrl)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  it('shows the routes at /docs', async () => {
    const page = await open();
    const consoleErrors = consoleErrorsOf(page);
    const answer = page.waitForResponse(`${demo.url}/docs`);
    await page.click('nav a');
    expect((await answer).headers()['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    await page.waitForSelector('#operations-Login-LoginController_login');
    expect(await page.textContent('#operations-Login-LoginController_login')).toContain(
      'Log in with a code of wx.login',
    );
    expect(await page.textContent('body')).not.toContain('/demo/');
    // A request from there works.
    await page.click('#operations-Profile-ProfileController_show .opblock-summary-control');
    await page.click('#operations-Profile-ProfileController_show .try-out__btn');
    await page.click('#operations-Profile-ProfileController_show .execute');
    await page.waitForSelector('.live-responses-table .response-col_status');
    expect(await page.textContent('.live-responses-table')).toContain('WX_SESSION_MISSING');
    expect(consoleErrors).toEqual([expect.stringContaining(refused(401))]);
  });

  it('shows a notice if it is opened under a host name that cannot reach the sandbox', async () => {
    const page = await open({}, demo.url.replace('localhost', 'other.test'));
    expect(await textOf(page, 'notice')).toContain('Open this page there, as localhost');
    expect(await page.$$('button[aria-disabled=false]')).toEqual([]);
  });

  it('shows a notice after the demo has stopped, and does not keep the demo from stopping', async () => {
    const other = await start({ DATABASE_URL: database.url });
    const page = await open({}, other.url);
    await press(page, 'login');
    expect(await page.isVisible('#notice')).toBe(false);
    await other.stop();
    await page.waitForSelector('#notice:not([hidden])');
    expect(await textOf(page, 'notice')).toContain('The demo does not answer');
  });
});
