import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { WechatLogin, WechatLoginHook } from '../src/index.js';
import { WechatSandbox } from '../src/testing/index.js';
import { startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { QueryCount } from './support/query-count.js';

@Injectable()
class Hook implements WechatLoginHook {
  async onLogin({ user, manager }: WechatLogin): Promise<object> {
    await manager.query('SELECT 1');
    return { id: user.id };
  }
}

const everywhere = platforms.flatMap((platform) => [
  { ...platform, hook: 'without a loginHook', loginHook: undefined },
  { ...platform, hook: 'with a loginHook', loginHook: Hook },
]);

describe.each(everywhere)('session.single over $name $hook', ({ loginHook, ...platform }) => {
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let instances: readonly ListeningApp[];
  const queries = new QueryCount();

  beforeAll(async () => {
    database = await createTestDatabase();
    wechat = await WechatSandbox.start();
    const start = (): Promise<ListeningApp> =>
      startApp({
        platform,
        databaseUrl: database.url,
        wechatUrl: wechat.url,
        options: { session: { single: true }, wechat: { baseUrl: wechat.url, timeout: 25_000 } },
        ...(loginHook && { extras: { loginHook } }),
        metadata: { providers: [Hook] },
        typeOrm: { logger: queries, logging: ['query'] } as never,
      });
    instances = [await start(), await start()];
  });
  afterAll(async () => {
    for (const { app } of instances) await app.close();
    await wechat.close();
    await database.drop();
  });

  const at = (i: number): string => instances[i % instances.length]?.url ?? '';
  const statusOf = async (token: string, i: number): Promise<number> =>
    (await call('GET', `${at(i)}/wechat/session`, { token })).status;

  it('ends the previous session at a login on another instance, in one statement', async () => {
    const openid = 'o-single';
    const first = await logIn(at(0), wechat.issueCode({ openid }));
    expect(await statusOf(first, 1)).toBe(200);
    queries.count = 0;
    const second = await logIn(at(1), wechat.issueCode({ openid }));
    // With a hook: BEGIN, the statement of the hook, COMMIT.
    expect(queries.count).toBe(loginHook === undefined ? 1 : 4);
    expect(await statusOf(second, 0)).toBe(200);
    const refused = await call('GET', `${at(0)}/wechat/session`, { token: first });
    expect(refused.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_REVOKED' });
  });

  it('leaves one live session after 50 parallel logins of one user on two instances', async () => {
    const openid = 'o-single-crowd';
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, i) => logIn(at(i), wechat.issueCode({ openid }))),
    );
    for (const i of [0, 1]) {
      const statuses = await Promise.all(tokens.map((token) => statusOf(token, i)));
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 401)).toHaveLength(49);
    }
  });

  it('ends no session of another user', async () => {
    const mine = await logIn(at(0), wechat.issueCode({ openid: 'o-single-me' }));
    await logIn(at(0), wechat.issueCode({ openid: 'o-single-you' }));
    expect(await statusOf(mine, 0)).toBe(200);
  });
});
