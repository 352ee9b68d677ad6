import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { SessionsService } from '../src/index.js';
import { MAX_CALLS, MAX_WAITING } from '../src/wechat/call-queue.js';
import { APPID, startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { Pipeline } from './support/pipeline.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { SlowWechat } from './support/slow-wechat.js';
import { until } from './support/until.js';

/** For thousands of requests on a loaded machine. */
const PATIENCE_MS = 20_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

/** Counts the logins that have reached their handler. */
class Arrivals implements NestInterceptor {
  count = 0;

  intercept(_: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
    this.count++;
    return next.handle();
  }
}

describe.each(platforms)('many logins at once over $name', (platform) => {
  let wechat: SlowWechat;
  let server: ListeningApp;
  let arrivals: Arrivals;
  let logger: LogCapture;
  const pipelines: Pipeline[] = [];

  const start = async (): Promise<void> => {
    wechat = await SlowWechat.start();
    arrivals = new Arrivals();
    logger = new LogCapture();
    server = await startApp({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      prepare: (app) => app.useGlobalInterceptors(arrivals),
      // Thousands of requests are slow on a loaded machine.
      options: { wechat: { baseUrl: wechat.url, timeout: 60_000 } },
      logger,
    });
  };
  afterEach(async () => {
    for (const pipeline of pipelines.splice(0)) pipeline.close();
    await server.app.close();
    wechat.close();
  });

  const pipeline = async (codes: readonly string[]): Promise<Pipeline> => {
    const opened = await Pipeline.open(server.url);
    pipelines.push(opened);
    opened.logIn(codes);
    return opened;
  };

  describe('with one code', () => {
    it('[M-24] give one session: 2,000 pipelined requests get the same response and token', async () => {
      await start();
      const { answers } = await pipeline(Array<string>(2000).fill(`shared-${platform.name}`));
      await until(() => arrivals.count === 2000, PATIENCE_MS);
      wechat.release();
      await until(() => answers.length === 2000, PATIENCE_MS);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect(answers[0]?.body).toMatchObject({ isNewUser: true });
      expect(wechat.codes).toHaveLength(1);
      const token = String(answers[0]?.body.token);
      expect(await server.app.get(SessionsService).verify(token)).toMatchObject({ appid: APPID });
    });

    it('are one login, with or without the appid of the default app', async () => {
      await start();
      const code = `default-${platform.name}`;
      const answers = Promise.all(
        [{ code }, { code, appid: APPID }].map((body) =>
          call('POST', `${server.url}/wechat/login`, { body }),
        ),
      );
      await until(() => arrivals.count === 2);
      wechat.release();
      const [first, second] = await answers;
      expect(first?.status).toBe(200);
      expect(second?.text).toBe(first?.text);
      expect(wechat.codes).toHaveLength(1);
    });

    it('each replace the session that they send', async () => {
      await start();
      wechat.release();
      const old = [
        await logIn(server.url, `old-1-${platform.name}`),
        await logIn(server.url, `old-2-${platform.name}`),
      ];
      wechat.hold();
      const code = `replacing-${platform.name}`;
      const answers = Promise.all(
        old.map((token) => call('POST', `${server.url}/wechat/login`, { token, body: { code } })),
      );
      await until(() => arrivals.count === 4);
      wechat.release();
      const [token, other] = (await answers).map(({ body }) => String(body?.token));
      expect(other).toBe(token);
      const stateOf = async (each = ''): Promise<unknown> =>
        (await call('GET', `${server.url}/me`, { token: each })).body?.errorCode ?? 'live';
      expect(await Promise.all([...old, token].map(stateOf))).toEqual([
        'WX_SESSION_REVOKED',
        'WX_SESSION_REVOKED',
        'live',
      ]);
    });
  });

  describe('with codes of their own', () => {
    const codes = (count: number, name: string): string[] =>
      Array.from({ length: count }, (_, i) => `${name}-${String(i)}-${platform.name}`);
    const full = MAX_CALLS + MAX_WAITING;

    it('[M-25] are limited in connections to WeChat and in waiting calls, and refused beyond', async () => {
      await start();
      const { answers } = await pipeline(codes(full, 'bad'));
      await until(() => arrivals.count === full, PATIENCE_MS);
      await until(() => wechat.codes.length === MAX_CALLS);
      const beyond = await pipeline(codes(50, 'beyond'));
      await until(() => beyond.answers.length === 50, PATIENCE_MS);
      for (const { status, head, body } of beyond.answers) {
        expect(status).toBe(503);
        expect(body).toMatchObject({ errorCode: 'WX_BUSY', action: 'retry' });
        expect(head).toMatch(/^retry-after: 1\r$/m);
        expect(head).toMatch(/^wx-error: wx_busy\r$/m);
      }
      expect(wechat.codes).toHaveLength(MAX_CALLS);
      wechat.release();
      await until(() => answers.length === full, PATIENCE_MS);
      expect(new Set(answers.map(({ body }) => body.errorCode))).toEqual(
        new Set(['WX_CODE_INVALID']),
      );
      expect(wechat.codes).toHaveLength(full);
      expect(wechat.mostConnections).toBe(MAX_CALLS);
      // One of the 50, sent again: the refused code is still valid.
      expect(await logIn(server.url, codes(1, 'beyond')[0]!)).toMatch(/^ey/);
    });

    it('[M-25] stop when their client disconnects, unless another client waits for the same code', async () => {
      await start();
      const flood = await pipeline(codes(full, 'gone'));
      await until(() => arrivals.count === full, PATIENCE_MS);
      const shared = [codes(1, 'gone')[0]!, codes(full, 'gone').at(-1)!];
      const others = shared.map((code) => logIn(server.url, code));
      await until(() => arrivals.count === full + 2);
      flood.close();
      // The call in progress continues; the other was waiting, and is next.
      await until(() => wechat.openConnections <= 2 && wechat.codes.length === MAX_CALLS + 1);
      wechat.release();
      for (const token of await Promise.all(others)) expect(token).toMatch(/^ey/);
      expect(await logIn(server.url, codes(1, 'after')[0]!)).toMatch(/^ey/);
      expect(wechat.codes).toHaveLength(MAX_CALLS + 2);
      const rows = await database.query(`SELECT openid FROM wechat_user WHERE openid LIKE $1`, [
        `o-gone-%-${platform.name}`,
      ]);
      expect(rows).toHaveLength(2);
      expect(logger.text).not.toContain('WX_');
    });
  });

  it('[M-25] that fail in the same way write one line a second to the log, with their number', async () => {
    await start();
    wechat.close();
    const count = 300;
    const { answers } = await pipeline(
      Array.from({ length: count }, (_, i) => `down-${String(i)}-${platform.name}`),
    );
    await until(() => answers.length === count, PATIENCE_MS);
    expect(new Set(answers.map(({ body }) => body.errorCode))).toEqual(
      new Set(['WX_UPSTREAM_UNAVAILABLE']),
    );
    await server.app.close();
    const lines = logger.lines.filter((line) => line.includes('WX_UPSTREAM_UNAVAILABLE'));
    const counted = lines.map((line) => Number(/\((\d+) times in a second\)/.exec(line)?.[1] ?? 1));
    expect(lines.length).toBeLessThan(15);
    expect(counted.reduce((sum, times) => sum + times, 0)).toBe(count);
  });
});
