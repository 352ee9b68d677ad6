import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, launchChromium, press, violationsOn } from './support/browser.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { openDemoPage, startTestDemo, textOf, type RunningDemo } from './support/demo-page.js';
import { LogCapture } from './support/log-capture.js';

/** The texts of the page in each language. */
const languages = [
  {
    locale: 'en',
    said: {
      notLoggedIn: 'Not logged in',
      nobody: 'Nobody was logged in.',
      sessionToken: 'A session token',
      data: ['A code: one use, five minutes', 'User data, encrypted'],
      first: 'First a login: there is no session yet',
      end: ['The server ends the session', 'The next request'],
      again: 'The route answered all the same. Calls of wx.login: 1.',
      ended: ['No', 'Yes'],
      single: 'Only the other phone is logged in now. This one can show its login page.',
      otherPhone: 'On another phone, the same user logs in',
      thisPhone: 'On this phone, with the session from before',
      envelopeTitle: 'What if … the server wraps its answers?',
      envelope: 'Logged in, although both answers came with status 200. Calls of wx.login: 2.',
      notReached: 'not reached',
      noAnswer: 'No answer',
      noAnswerSentence: 'The server did not answer. Try again in a moment. WX_REQUEST_FAILED',
      loginFirst: 'Nobody is logged in. Log in first. WX_SESSION_MISSING',
    },
  },
  {
    locale: 'zh-CN',
    said: {
      notLoggedIn: '未登录',
      nobody: '当前没有登录，无需退出。',
      sessionToken: '返回会话 token',
      data: ['返回 code：一次有效，五分钟内', '加密后的用户数据'],
      first: '还没有会话，先登录一次',
      end: ['服务器结束会话', '下一个请求'],
      again: '接口最终正常返回，wx.login 调用次数：1。',
      ended: ['没有', '已结束'],
      single: '现在只有另一台手机处于登录状态，这台手机可以跳转到登录页。',
      otherPhone: '同一用户在另一台手机上登录',
      thisPhone: '回到这台手机，仍使用原来的会话',
      envelopeTitle: '如果……服务器统一包装了返回值？',
      envelope: '两次返回的状态码都是 200，仍然登录成功，wx.login 调用次数：2。',
      notReached: '未执行',
      noAnswer: '没有响应',
      noAnswerSentence: '服务器没有响应，请稍后再试。 WX_REQUEST_FAILED',
      loginFirst: '还没有登录，请先登录。 WX_SESSION_MISSING',
    },
  },
] as const;

const views = languages.flatMap((language, i) =>
  [1280, 375].map((width, j) => ({
    ...language,
    width,
    colorScheme: i === j ? ('light' as const) : ('dark' as const),
  })),
);

let database: TestDatabase;
let demo: RunningDemo;

beforeAll(async () => {
  database = await createTestDatabase();
  demo = await startTestDemo({ DATABASE_URL: database.url }, new LogCapture());
});
afterAll(async () => {
  await demo.stop();
  await database.drop();
});

/** For axe on a loaded machine. */
const AXE_MS = 120_000;

/** Shown as skipped if there is no Chromium. */
const withChromium = chromiumPath === undefined ? describe.skip : describe;

withChromium.each(views)('the page of the demo at $width px in $locale', (view) => {
  const { locale, said, width, colorScheme } = view;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const open = async (): Promise<void> => {
    page = await openDemoPage(browser, demo.url, {
      ...{ locale, colorScheme },
      viewport: { width, height: 800 },
    });
  };
  afterEach(() => page.context().close());

  /** The titles of the rows that a CSS selector finds. */
  const titles = (rows: string): Promise<(string | null | undefined)[]> =>
    page.$$eval(`#steps > ${rows}`, (items) =>
      items.map((item) => item.querySelector('b')?.textContent),
    );
  const isGood = (): Promise<boolean> =>
    page.$eval('#result', (result) => result.classList.contains('good'));
  /** With the head of the diagram in a position where it covers nothing. */
  const violations = async (): Promise<string[]> => {
    await page.evaluate(() => {
      window.scrollTo(0, 0);
    });
    return violationsOn(page);
  };

  it(
    'shows that a login on another phone ends the session, with session.single',
    async () => {
      await open();
      await press(page, 'single');
      expect(await textOf(page, 'result')).toBe(said.single);
      expect(await textOf(page, 'who')).toBe(said.notLoggedIn);
      expect(await titles('.part.lit')).toEqual([said.first, said.otherPhone, said.thisPhone]);
      const [ended] = await page.$$eval('[data-name*="revoked"].end', (rows) =>
        rows.map((row) => row.textContent),
      );
      expect(ended).toContain('sessions 1 ended 1');
      expect(await page.textContent('.failed[data-name="GET /profile"]')).toContain(
        'status 401 errorCode WX_SESSION_REVOKED',
      );
      expect(await page.$$('.missed')).toEqual([]);
      expect(await violations()).toEqual([]);
    },
    AXE_MS,
  );

  it(
    'shows a login through an envelope that hides the status',
    async () => {
      await open();
      await press(page, 'envelope');
      expect(await textOf(page, 'sequence-title')).toBe(said.envelopeTitle);
      expect(await textOf(page, 'result')).toBe(said.envelope);
      const answers = await page.$$eval('[data-name="POST /wechat/login"].end .fields', (all) =>
        all.map((fields) => fields.textContent),
      );
      expect(answers).toEqual([
        expect.stringContaining('status 200 code 401 message failed Wx-Error WX_CODE_INVALID'),
        expect.stringMatching(/status 200 code 0 data ••••••.* message ok/),
      ]);
      expect(await violations()).toEqual([]);
    },
    AXE_MS,
  );

  it('says that it logs in first, and whether the session has ended', async () => {
    await open();
    await press(page, 'end');
    expect(await titles('.part')).toEqual([said.first, ...said.end]);
    expect(await textOf(page, 'result')).toBe(said.again);
    const [live, ended] = said.ended;
    expect(await titles('[data-name^=SELECT][data-name*=revoked].end')).toEqual([
      live,
      ended,
      live,
    ]);
    await press(page, 'end');
    expect(await titles('.part')).toEqual(said.end);
    expect(await page.$$('.missed')).toEqual([]);
  });

  it('says that a session token and encrypted data come back, and no session_key', async () => {
    await open();
    await press(page, 'login');
    expect(await titles('[data-name="POST /wechat/login"].end')).toEqual([said.sessionToken]);
    await press(page, 'data');
    expect(await titles('[data-name^=wx].end')).toEqual(said.data);
  });

  it('has the next step as its first button', async () => {
    await open();
    const primary = (): Promise<string> => page.$eval('button.primary', ({ id }) => id);
    expect(await primary()).toBe('login');
    await press(page, 'login');
    expect(await primary()).toBe('profile');
    await press(page, 'logout');
    expect(await isGood()).toBe(true);
    expect(await primary()).toBe('login');
    await press(page, 'logout');
    expect(await textOf(page, 'result')).toBe(said.nobody);
    expect(await isGood()).toBe(false);
    await press(page, 'profile');
    expect(await textOf(page, 'result')).toBe(said.loginFirst);
  });

  it('marks the steps that were not reached', async () => {
    await open();
    await press(page, 'invalid');
    const missed = await page.$$eval('.missed', (rows) =>
      rows.map((row) => ({
        time: row.querySelector('.time')?.textContent,
        line: getComputedStyle(row.querySelector('.text') ?? row).textDecorationLine,
        arrow: row.querySelector('.arrow')?.checkVisibility({ visibilityProperty: true }),
      })),
    );
    const row = { time: said.notReached, line: 'line-through', arrow: false };
    expect(missed).toEqual([row, row, row]);
    for (const time of await page.$$('.missed .time')) expect(await time.isVisible()).toBe(true);
  });

  it('shows a request without a response as sent, and explains it', async () => {
    await open();
    await page.route('**/wechat/login', (route) => route.abort());
    await press(page, 'login');
    expect(await textOf(page, 'result')).toBe(said.noAnswerSentence);
    const rows = '[data-name="POST /wechat/login"]';
    expect(await titles(`${rows}.begin.lit`)).toHaveLength(1);
    expect(await titles(`${rows}.end.lit.failed`)).toEqual([said.noAnswer]);
  });

  it('has the result in view after each click', async () => {
    await open();
    for (const button of ['envelope', 'logout', 'single']) {
      await press(page, button);
      const box = await page.locator('#result').boundingBox();
      expect(box?.y).toBeGreaterThanOrEqual(0);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(800);
    }
  });
});
