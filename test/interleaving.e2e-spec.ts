import { beforeAll, describe, expect, it } from '@jest/globals';
import { SessionsService } from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { call, logIn } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { QueryCount } from './support/query-count.js';
import { useTestServers } from './support/test-servers.js';

describe.each(platforms)('concurrent requests over $name', (platform) => {
  const servers = useTestServers();
  let wechat: WechatSandbox;
  let a: ListeningApp;
  let b: ListeningApp;
  const queries = new QueryCount();

  beforeAll(async () => {
    const typeOrm = { logger: queries, logging: ['query'] } as never;
    const database = await servers.database();
    wechat = await servers.sandbox();
    const urls = { databaseUrl: database.url, wechatUrl: wechat.url };
    const test = { platform, typeOrm, ...urls };
    [a, b] = [await servers.app(test), await servers.app(test)];
  });

  const crowd = (size: number): Promise<{ openid: string; token: string }[]> =>
    Promise.all(
      Array.from({ length: size }, async (_, i) => {
        const openid = `o-crowd-${String(i)}`;
        return { openid, token: await logIn(a.url, wechat.issueCode({ openid })) };
      }),
    );

  it('[M-10] every request gets the response for its own user', async () => {
    const users = await crowd(30);
    const answers = await Promise.all(
      Array.from({ length: 600 }, async (_, i) => {
        const { openid, token } = users[(i * 7) % users.length]!;
        const { body } = await call('GET', `${a.url}/me`, { token });
        return [openid, body?.openid];
      }),
    );
    for (const [expected, got] of answers) expect(got).toBe(expected);
  });

  it('[M-10] requests share a query, and each session in it is accepted or refused independently', async () => {
    const users = await crowd(40);
    const ended = users.filter((_, i) => i % 3 === 0);
    for (const { token } of ended) await call('DELETE', `${b.url}/wechat/session`, { token });
    const sessions = a.app.get(SessionsService);
    const before = queries.count;
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => users)
        .flat()
        .map(({ token }) =>
          sessions.verify(token).then(
            () => 'live',
            (error: unknown) => (error as { errorCode: string }).errorCode,
          ),
        ),
    );
    expect(queries.count - before).toBeLessThan(10);
    outcomes.forEach((outcome, i) => {
      expect(outcome).toBe((i % users.length) % 3 === 0 ? 'WX_SESSION_REVOKED' : 'live');
    });
  });

  it('[M-07] a request is refused once the logout of its session has returned 204', async () => {
    const [busy, ...others] = await crowd(31);
    let running = true;
    const load = Array.from({ length: 20 }, async () => {
      while (running) {
        const { status } = await call('GET', `${a.url}/me`, { token: busy!.token });
        expect(status).toBe(200);
      }
    });
    for (const { token } of others) {
      // From here on the verified token is cached, but not whether its session has ended.
      expect((await call('GET', `${a.url}/me`, { token })).status).toBe(200);
      expect((await call('DELETE', `${b.url}/wechat/session`, { token })).status).toBe(204);
      const { body } = await call('GET', `${a.url}/me`, { token });
      expect(body).toMatchObject({ errorCode: 'WX_SESSION_REVOKED' });
    }
    running = false;
    await Promise.all(load);
  });

  it('a login takes one statement and one request to WeChat, a guarded request one statement', async () => {
    const code = wechat.issueCode();
    let [statements, requests] = [queries.count, wechat.requests.length];
    const token = await logIn(a.url, code);
    expect([queries.count - statements, wechat.requests.length - requests]).toEqual([1, 1]);
    [statements, requests] = [queries.count, wechat.requests.length];
    expect((await call('GET', `${a.url}/wechat/session`, { token })).status).toBe(200);
    expect([queries.count - statements, wechat.requests.length - requests]).toEqual([1, 0]);
  });

  it('[M-10] a handler that changes its session object does not affect the next request', async () => {
    const sessions = a.app.get(SessionsService);
    const [user] = await crowd(1);
    const first = await sessions.verify(user!.token);
    first.expiresAt.setTime(0);
    Object.assign(first, { userId: 'somebody else' });
    const second = await sessions.verify(user!.token);
    expect(second.expiresAt.getTime()).toBeGreaterThan(Date.now());
    expect(second.userId).toMatch(/^[\da-f-]{36}$/);
  });
});
