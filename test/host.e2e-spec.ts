import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STAFF } from '../examples/host/mini-programs.js';
import { HostApp, type HostUser } from './support/host-app.js';
import type { Answer } from './support/http.js';
import { platforms } from './support/platforms.js';
import { until } from './support/until.js';

/** The error of a request, with an envelope of the host around it and our headers. */
const refusal = (code: number, wxError?: string, action?: string): object => ({
  status: code,
  body: { code, data: null, message: expect.any(String) },
  headers: expect.objectContaining({
    ...(wxError && { 'wx-error': wxError, 'wx-action': action }),
  }),
});

describe.each(platforms)('examples/host on $name', (platform) => {
  let host: HostApp;
  let manager: HostUser;
  let customer: HostUser;

  beforeAll(async () => {
    host = await HostApp.start(platform);
    manager = await host.logInManager();
    customer = await host.logIn('o-customer');
  }, 120_000);
  afterAll(() => host.close());

  const get = (path: string, token?: string): Promise<Answer> => host.call('GET', path, { token });
  const order = ({ token }: HostUser): Promise<Answer> => host.call('POST', '/orders', { token });
  const rowsOf = async (openid: string): Promise<object | undefined> => {
    const [rows] = await host.database.query<object>(
      `SELECT count(*)::int AS users, count(a.id)::int AS accounts
       FROM wechat_user u LEFT JOIN account a USING (id) WHERE openid = $1`,
      [openid],
    );
    return rows;
  };

  it('creates an account at the first login, and returns it with each login', async () => {
    const first = await host.logIn('o-first');
    expect(first).toMatchObject({ isNewUser: true, account: { role: 'customer' } });
    expect(await rowsOf('o-first')).toEqual({ users: 1, accounts: 1 });
    expect(await host.logIn('o-first')).toMatchObject({ userId: first.userId, isNewUser: false });
    const { body } = await get('/accounts/me', first.token);
    expect(body).toEqual({ code: 0, data: { id: first.userId, role: 'customer' }, message: 'ok' });
  });

  it('refuses the first login of somebody banned with its own 403, and stores no user', async () => {
    await host.database.query(`INSERT INTO ban VALUES ('o-banned')`);
    expect(await host.tryToLogIn('o-banned')).toMatchObject({
      status: 403,
      body: { code: 403, data: null, message: 'This account is banned.' },
    });
    expect(await rowsOf('o-banned')).toEqual({ users: 0, accounts: 0 });
  });

  it('ends the sessions of a user whom a manager bans, and refuses the next login', async () => {
    const { userId, token } = await host.logIn('o-rude');
    const ban = { token: manager.token };
    expect((await host.call('POST', `/accounts/${userId}/ban`, ban)).status).toBe(204);
    expect(await get('/accounts/me', token)).toMatchObject(
      refusal(401, 'WX_SESSION_REVOKED', 'relogin'),
    );
    expect((await host.tryToLogIn('o-rude')).status).toBe(403);
  });

  it('lets only the role in', async () => {
    const answers = [manager.token, customer.token, undefined].map((token) =>
      get('/accounts', token),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 403, 401]);
  });

  it('counts requests for each user', async () => {
    const users = [await host.logIn('o-busy'), await host.logIn('o-quiet')] as const;
    const statuses: number[] = [];
    for (const user of [users[0], users[0], users[0], users[0], users[1]]) {
      statuses.push((await order(user)).status);
    }
    expect(statuses).toEqual([201, 201, 201, 429, 201]);
  });

  it('puts errors into its envelope, and keeps the headers that the client acts on', async () => {
    expect(await get('/accounts/me')).toMatchObject(refusal(401, 'WX_SESSION_MISSING', 'relogin'));
    expect(await get('/accounts/me', 'wrong')).toMatchObject(
      refusal(401, 'WX_SESSION_INVALID', 'relogin'),
    );
    host.wechat.fail(40226);
    const blocked = await host.tryToLogIn('o-blocked');
    expect(blocked).toMatchObject(refusal(403, 'WX_USER_BLOCKED', 'blocked'));
    host.wechat.fail(45011);
    const limited = await host.tryToLogIn('o-limited');
    expect(limited).toMatchObject(refusal(429, 'WX_RATE_LIMITED', 'retry'));
    expect(limited.headers).toHaveProperty('retry-after');
    expect(await host.call('POST', '/wechat/login', { body: '{' })).toMatchObject(refusal(400));
  });

  it('answers a GraphQL query of a user, and an optional one of anybody', async () => {
    const both = await host.graphql('{ role greeting }', customer.token);
    expect(both.body).toEqual({ data: { role: 'customer', greeting: 'Welcome back!' } });
    const stranger = await host.graphql('{ greeting }');
    expect(stranger.body).toEqual({ data: { greeting: 'Welcome!' } });
  });

  it('refuses GraphQL queries with our codes, and logs no error', async () => {
    const before = host.errors;
    const { body } = await host.graphql('{ role }');
    expect(body?.errors).toMatchObject([
      { path: ['role'], extensions: { code: 'WX_SESSION_MISSING', action: 'relogin' } },
    ]);
    const optional = await host.graphql('{ greeting }', 'wrong');
    expect(optional.body?.errors).toMatchObject([{ extensions: { code: 'WX_SESSION_INVALID' } }]);
    expect(host.errors).toEqual(before);
  });

  it('has a user of its own for each mini program, and a route for one of them', async () => {
    const staff = await host.logIn('o-customer', STAFF);
    expect(staff).toMatchObject({ isNewUser: true });
    expect(staff.userId).not.toBe(customer.userId);
    expect((await get('/orders', staff.token)).status).toBe(200);
    expect(await get('/orders', customer.token)).toMatchObject(
      refusal(401, 'WX_SESSION_INVALID', 'relogin'),
    );
  });

  it('writes logins, refusals and session ends to its audit log, and no made-up tokens', async () => {
    const { userId, token } = await host.logIn('o-audited');
    await get('/accounts/me', 'made-up');
    await get('/accounts/me');
    await host.call('DELETE', '/wechat/session', { token });
    await get('/accounts/me', token);
    host.wechat.fail(40029);
    await host.tryToLogIn('o-audited');
    const typesOf = (where: string): Promise<{ type: string; code: string | null }[]> =>
      host.database.query(
        `SELECT type, details->>'errorCode' AS code FROM audit_entry WHERE ${where} ORDER BY at, id`,
      );
    const ofUser = `details->>'userId' = '${userId}'`;
    await until(async () => (await typesOf(ofUser)).length >= 3);
    expect(await typesOf(ofUser)).toEqual([
      { type: 'login', code: null },
      { type: 'logout', code: null },
      { type: 'session-refused', code: 'WX_SESSION_REVOKED' },
    ]);
    const refused = `details->>'errorCode' = 'WX_CODE_INVALID'`;
    await until(async () => (await typesOf(refused)).length === 1);
    expect(await typesOf(`type = 'session-refused' AND NOT details ? 'userId'`)).toEqual([]);
  });

  it('creates one user and one account in 200 parallel first logins', async () => {
    // As phones do: where the server has too much to do, they try again.
    const logInPatiently = async (): Promise<HostUser> => {
      const { status, body, headers } = await host.tryToLogIn('o-crowd');
      if (status !== 503) return body?.data as HostUser;
      await setTimeout(Number(headers['retry-after']) * 1000);
      return logInPatiently();
    };
    const users = await Promise.all(Array.from({ length: 200 }, logInPatiently));
    expect(users.filter(({ isNewUser }) => isNewUser)).toHaveLength(1);
    expect(new Set(users.map(({ userId }) => userId)).size).toBe(1);
    expect(await rowsOf('o-crowd')).toEqual({ users: 1, accounts: 1 });
  }, 120_000);

  it('checks the session with one statement for all guards, and with fewer for many requests', async () => {
    const isProbe = (statement: string): boolean => statement.includes('session_epoch');
    const listing = await host.statementsDuring(() => get('/accounts', manager.token));
    // The other two are of the app itself: the role, and the list.
    expect(listing.map(isProbe)).toEqual([true, false, false]);
    const staff = await host.logIn('o-cashier', STAFF);
    const bare = await host.statementsDuring(() => get('/orders', staff.token));
    expect(bare.map(isProbe)).toEqual([true]);
    const many = await host.statementsDuring(() =>
      Promise.all(Array.from({ length: 40 }, () => get('/orders', staff.token))),
    );
    expect(many.length).toBeLessThan(40);
  });
});
