import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { platforms } from '../../../test/support/platforms.js';
import { hosts } from './support/hosts.js';
import { startStage, type Phone, type Stage } from './support/stage.js';

const everywhere = platforms.flatMap((platform) =>
  hosts.map((host) => ({ ...host, platform, name: platform.name })),
);

describe.each(everywhere)('the client with $host, on $name', ({ platform, prepare, client }) => {
  let stage: Stage;
  let phone: Phone;

  beforeAll(async () => {
    stage = await startStage(platform, { prepare });
  });
  afterAll(() => stage.close());

  beforeEach(async () => {
    phone = stage.phone(client);
    await phone.session.login();
    phone.wx.forgetAll();
    stage.calls.names.length = 0;
  });
  afterEach(() => {
    stage.wechat.recover();
  });

  it('logs in', async () => {
    const login = await phone.session.login();
    expect(login).toEqual({
      userId: expect.stringMatching(/^[\da-f-]{36}$/),
      expiresAt: expect.any(String),
      isNewUser: false,
    });
  });

  it('rejects a login with the error of the server', async () => {
    stage.wechat.fail(40226);
    await expect(phone.session.login()).rejects.toMatchObject({
      errorCode: 'WX_USER_BLOCKED',
      action: 'blocked',
    });
  });

  it('tries once more with a fresh code if WeChat refuses the first', async () => {
    stage.wechat.fail(40029);
    await phone.session.login();
    expect(phone.wx.logins).toBe(2);
    stage.wechat.fail(40029, 2);
    await expect(phone.session.login()).rejects.toMatchObject({ errorCode: 'WX_CODE_INVALID' });
    expect(phone.wx.logins).toBe(4);
  });

  it('waits while WeChat is busy', async () => {
    // The server asks WeChat three times before it responds with that.
    stage.wechat.fail(-1, 3);
    const start = Date.now();
    await phone.session.login();
    expect(Date.now() - start).toBeGreaterThan(900);
    expect(phone.wx.logins).toBe(2);
  });

  it.each(['GET', 'POST'] as const)(
    'logs in again and replays a %s whose session has ended, so that its handler runs once',
    async (method) => {
      await phone.session.request({ url: '/orders' });
      await stage.end(phone.wx.token);
      phone.wx.forgetAll();
      stage.calls.names.length = 0;
      const { data } = await phone.session.request({ url: '/orders', method });
      expect(JSON.stringify(data)).toContain(stage.calls.names[0]);
      expect(stage.calls.names).toHaveLength(1);
      expect([phone.wx.logins, phone.wx.paths]).toEqual([1, Array(2).fill(`${method} /orders`)]);
    },
  );

  it('waits, and sends a GET again if the server asks for that', async () => {
    stage.calls.failing = 1;
    const start = Date.now();
    await phone.session.request({ url: '/orders' });
    expect(Date.now() - start).toBeGreaterThan(900);
    expect(stage.calls.names).toEqual(['list', 'list']);
  });

  it('logs out, which ends the session', async () => {
    await phone.session.request({ url: '/orders' });
    const { token = '' } = phone.wx;
    await phone.session.logout();
    expect(phone.session.session).toBeUndefined();
    const bearer = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${stage.url}/orders`, { headers: bearer });
    expect(answer.headers.get('wx-error')).toBe('WX_SESSION_REVOKED');
  });
});
