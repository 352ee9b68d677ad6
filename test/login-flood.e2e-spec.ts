import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { SessionsService } from '../src/index.js';
import { APPID, startApp, type TestAppOptions } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import { Pipeline } from './support/pipeline.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { SlowWechat } from './support/slow-wechat.js';
import { until } from './support/until.js';

/** For thousands of requests on a machine under load. */
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
  const pipelines: Pipeline[] = [];

  const start = async (test: Partial<TestAppOptions> = {}): Promise<void> => {
    wechat = await SlowWechat.start();
    arrivals = new Arrivals();
    server = await startApp({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      prepare: (app) => app.useGlobalInterceptors(arrivals),
      ...test,
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
    it('give one session: 2,000 pipelined requests get the same answer, token included', async () => {
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

    it('are one login, whether they name the default app or not', async () => {
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

    it('each replace the session that they send along', async () => {
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
});
