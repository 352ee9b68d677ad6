/* global fetch */

/** What usually happens, row by row: for the diagram to show before it does. */
const exchange = (name, from, to, ...between) => [
  { name, from, to, phase: 'begin' },
  ...between.flat(),
  { name, from, to, phase: 'end' },
];
const note = (name, lane = 'server') => ({ name, from: lane, to: lane, phase: 'note' });
const http = (name, ...between) => exchange(name, 'miniprogram', 'server', ...between);
const wx = (name) => exchange(name, 'miniprogram', 'wechat');
const sql = (name) => exchange(name, 'server', 'postgres');
const guard = [...sql('SELECT wechat_user, wechat_revoked_session'), note('verify')];

/** What WeChat knows of the person, all fields: the server takes nothing less. */
const BAND = {
  nickName: 'Band',
  gender: 0,
  language: 'en',
  city: 'Guangzhou',
  province: 'Guangdong',
  country: 'CN',
  avatarUrl: '',
};

export const LOGIN = [
  ...wx('wx.login()'),
  ...http(
    'POST /wechat/login',
    exchange('GET /sns/jscode2session', 'server', 'wechat'),
    sql('INSERT wechat_user'),
    note('issue'),
  ),
  note('wx.setStorageSync()', 'miniprogram'),
];

const PROFILE = http('GET /profile', guard, sql('SELECT wechat_user'));

const LOGOUT = [
  note('wx.removeStorageSync()', 'miniprogram'),
  ...http('DELETE /wechat/session', guard, sql('INSERT wechat_revoked_session')),
];

const DATA = [
  ...wx('wx.checkSession()'),
  ...wx('wx.getUserInfo()'),
  ...http('POST /profile/info', guard, sql('SELECT wechat_user'), note('decrypt')),
];

const END = [
  ...http('POST /demo/end-session', guard, sql('INSERT wechat_revoked_session')),
  ...http('GET /profile', guard),
  ...LOGIN,
  ...PROFILE,
];

/**
 * What each button does: to the mini program's client, and to WeChat.
 * @param pages - two clients, as two pages of a mini program have them
 */
export function createScenarios({ pages, wx: phone, sandboxUrl, locale }) {
  const [session, other] = pages;

  const fault = (name, times) =>
    fetch(`${sandboxUrl}/sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault: name, times }),
    });

  /** What a route of ours answers, or its error. */
  const call = async (request) => {
    const { statusCode, data } = await session.request(request);
    if (statusCode < 400) return data;
    throw Object.assign(new Error(), { errorCode: data.errorCode ?? statusCode, ...data });
  };
  const loginDespite = async (name, times) => {
    await fault(name, times);
    return session.login();
  };
  const userInfo = (data) =>
    new Promise((success, fail) => phone.getUserInfo({ data, success, fail }));

  return {
    login: { expected: LOGIN, result: 'login', run: () => session.login() },
    profile: {
      expected: PROFILE,
      result: 'profile',
      run: async () => {
        const { memberSince } = await call({ url: '/profile' });
        return { memberSince: new Date(memberSince).toLocaleDateString(locale) };
      },
    },
    data: {
      expected: DATA,
      result: 'data',
      run: async () => {
        await session.ensureSessionKey();
        const { encryptedData, iv } = await userInfo(BAND);
        return call({ url: '/profile/info', method: 'POST', data: { encryptedData, iv } });
      },
    },
    logout: { expected: LOGOUT, result: 'logout', run: () => session.logout() },
    twice: {
      expected: LOGIN,
      result: 'twice',
      run: () => Promise.all([session.login(), other.login()]),
    },
    busy: { expected: LOGIN, result: 'again', run: () => loginDespite(-1, 3) },
    invalid: { expected: LOGIN, result: 'again', run: () => loginDespite(40029, 1) },
    timeout: {
      expected: LOGIN,
      result: 'again',
      isSlow: true,
      run: () => loginDespite('timeout', 1),
    },
    end: {
      expected: END,
      result: 'end',
      run: async () => {
        await call({ url: '/demo/end-session', method: 'POST' });
        return call({ url: '/profile' });
      },
    },
  };
}
