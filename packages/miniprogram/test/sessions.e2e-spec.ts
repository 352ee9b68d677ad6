import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APPID, OTHER_APPID, SECRET } from '../../../test/support/app.js';
import { platforms } from '../../../test/support/platforms.js';
import { until } from '../../../test/support/until.js';
import { createWxSession, type WxLogin } from '../src/index.js';
import { startStage, type Stage } from './support/stage.js';

const APPS = [APPID, OTHER_APPID].map((appid) => ({ appid, secret: SECRET }));

describe.each(platforms)('sessions of the client, with an app on $name', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform, {
      options: { appid: undefined, secret: undefined, apps: APPS },
    });
  });
  afterAll(() => stage.close());

  const orders = { url: '/orders' };
  const nobody = { errorCode: 'WX_SESSION_MISSING', action: 'relogin' };

  describe('with autoLogin: false', () => {
    it('logs in only with login()', async () => {
      const { wx, session } = stage.phone({ autoLogin: false });
      await expect(session.request(orders)).rejects.toMatchObject(nobody);
      await expect(session.getToken()).rejects.toMatchObject(nobody);
      expect(wx.logins).toBe(0);
      await session.login();
      expect((await session.request(orders)).statusCode).toBe(200);
    });

    it('calls onLogout once if the server has ended the session', async () => {
      let ends = 0;
      const onLogout = (): unknown => ends++;
      const { wx, session } = stage.phone({ autoLogin: false, onLogout });
      await session.login();
      await stage.end(await session.getToken());
      await expect(session.request(orders)).rejects.toMatchObject({
        errorCode: 'WX_SESSION_REVOKED',
      });
      await expect(session.request(orders)).rejects.toMatchObject(nobody);
      expect([wx.logins, ends, session.session]).toEqual([1, 1, undefined]);
    });
  });

  it('does not log in for a poller after a logout, until login() is called', async () => {
    const { wx, session } = stage.phone();
    await session.request(orders);
    await session.logout();
    for (let times = 0; times < 3; times++) {
      await expect(session.request(orders)).rejects.toMatchObject(nobody);
    }
    // Neither does another client, or the mini program after a restart.
    for (const other of [wx, wx.wrapped()]) {
      const poller = createWxSession({ baseUrl: stage.url, wx: other });
      await expect(poller.request(orders)).rejects.toMatchObject(nobody);
    }
    expect(wx.logins).toBe(1);
    await session.login();
    expect((await session.request(orders)).statusCode).toBe(200);
  });

  it('calls onLogin for each login and onLogout for the logout', async () => {
    const told: (WxLogin | string)[] = [];
    const { session } = stage.phone({
      onLogin: (login) => told.push(login),
      onLogout: () => told.push('logout'),
    });
    await session.request(orders);
    const login = await session.login();
    await session.logout();
    await until(() => told.length === 3);
    const first = { ...login, isNewUser: expect.any(Boolean), expiresAt: expect.any(String) };
    expect(told).toEqual([first, login, 'logout']);
    await session.logout();
    expect(told).toHaveLength(3);
  });

  it('follows an account switch that happens through another wrapper of wx', async () => {
    let openid = 'o-anna';
    const { wx, session } = stage.phone();
    const issueCode = (): string => stage.wechat.issueCode({ openid });
    wx.login = ({ success }) => {
      wx.logins++;
      success({ code: issueCode() });
    };
    const wrapper = createWxSession({ baseUrl: stage.url, wx: wx.wrapped() });
    const anna = await session.login();
    expect(wrapper.session?.userId).toBe(anna.userId);

    await wrapper.logout();
    openid = 'o-bo';
    const bo = await wrapper.login();
    expect(bo.userId).not.toBe(anna.userId);
    expect(session.session?.userId).toBe(bo.userId);
    const { data } = await session.request<{ userId: string }>({ url: '/wechat/session' });
    expect(data.userId).toBe(bo.userId);
    expect(wx.logins).toBe(2);
  });

  it('keeps the sessions of two apps in one storage separate', async () => {
    const { wx } = stage.phone();
    const [one, other] = APPS.map(({ appid }) => {
      const login: typeof wx.login = ({ success }) => {
        wx.logins++;
        success({ code: stage.wechat.issueCode({ openid: 'o-both', appid }) });
      };
      return () => createWxSession({ baseUrl: stage.url, appid, wx: wx.wrapped({ login }) });
    });
    if (!one || !other) throw new Error('There are two.');
    const logins = [await one().login(), await other().login()];
    expect(logins[0]?.userId).not.toBe(logins[1]?.userId);
    // Also after a restart of both.
    expect([one().session?.userId, other().session?.userId]).toEqual(
      logins.map(({ userId }) => userId),
    );
    await one().logout();
    expect(other().session?.userId).toBe(logins[1]?.userId);
    expect((await other().request(orders)).statusCode).toBe(200);
    expect(wx.logins).toBe(2);
  });
});
