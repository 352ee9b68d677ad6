/* global fetch */
import { callProfile, endSession, login, logout, otherPhone, sendData } from './expected-steps.js';

/** The user information of WeChat with all fields, which the server requires. */
const BAND = {
  nickName: 'Band',
  gender: 0,
  language: 'en',
  city: 'Guangzhou',
  province: 'Guangdong',
  country: 'CN',
  avatarUrl: '',
};

/**
 * What each button does with the mini program's client and with WeChat.
 * @param clients - `pages`: the clients of two pages of a mini program; and special ones
 */
export function createScenarios({ wx, steps, sandboxUrl, locale, ...clients }) {
  const [session, otherPage] = clients.pages;

  const fault = (name, times) =>
    fetch(`${sandboxUrl}/sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault: name, times }),
    });

  /** The response of a route of this server, or its error. */
  const call = async (client, request) => {
    const { statusCode, data } = await client.request(request);
    if (statusCode < 400) return data;
    throw Object.assign(new Error(), { errorCode: statusCode, ...data });
  };
  const loginDespite = async (client, name, times) => {
    await fault(name, times);
    await client.login();
  };
  const part = (name) => steps.tell({ name, phase: 'part' });
  const loginFirst = async () => {
    if (session.session) return;
    part('first');
    await session.login();
  };
  const userInfo = (data) =>
    new Promise((success, fail) => wx.getUserInfo({ data, success, fail }));

  return {
    login: { expected: login, run: async () => ({ result: 'login', ...(await session.login()) }) },
    profile: {
      expected: callProfile,
      run: async () => {
        const { memberSince } = await call(session, { url: '/profile' });
        return { result: 'profile', memberSince: new Date(memberSince).toLocaleDateString(locale) };
      },
    },
    data: {
      expected: sendData,
      run: async () => {
        const code = await session.freshCode();
        const { encryptedData, iv } = await userInfo(BAND);
        const data = { code, encryptedData, iv };
        const info = await call(session, { url: '/profile/info', method: 'POST', data });
        return { result: 'data', ...info };
      },
    },
    logout: {
      expected: logout,
      run: async () => {
        const isLoggedIn = session.session !== undefined;
        await session.logout();
        return isLoggedIn ? { result: 'logout' } : { result: 'nobody', mood: '' };
      },
    },
    twice: {
      expected: login,
      run: async () => {
        await Promise.all([session.login(), otherPage.login()]);
        return { result: 'twice' };
      },
    },
    busy: {
      expected: login,
      run: async () => {
        await loginDespite(session, -1, 3);
        return { result: 'again' };
      },
    },
    invalid: {
      expected: login,
      run: async () => {
        await loginDespite(session, 40029, 1);
        return { result: 'again' };
      },
    },
    timeout: {
      expected: login,
      isSlow: true,
      run: async () => {
        await loginDespite(session, 'timeout', 1);
        return { result: 'again' };
      },
    },
    end: {
      expected: endSession,
      run: async () => {
        await loginFirst();
        part('ending');
        await call(session, { url: '/demo/end-session', method: 'POST' });
        part('next');
        await call(session, { url: '/profile' });
        return { result: 'end' };
      },
    },
    single: {
      expected: otherPhone,
      run: async () => {
        await loginFirst();
        part('otherPhone');
        await clients.otherPhone.login();
        part('thisPhone');
        const refusal = await call(clients.withLoginPage, { url: '/profile' }).catch((e) => e);
        if (refusal.errorCode !== 'WX_SESSION_REVOKED') throw refusal;
        return { result: 'single' };
      },
    },
    envelope: {
      expected: login,
      run: async () => {
        await loginDespite(clients.enveloped, 40029, 1);
        return { result: 'envelope' };
      },
    },
  };
}
