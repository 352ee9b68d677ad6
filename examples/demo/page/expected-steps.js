/** The usual steps, row by row, which the diagram shows in advance. */
const exchange = (name, from, to, ...between) => [
  { name, from, to, phase: 'begin' },
  ...between.flat(),
  { name, from, to, phase: 'end' },
];
const note = (name, lane = 'server', fields = {}) => ({
  ...{ name, fields, from: lane, to: lane },
  phase: 'note',
});
const http = (name, ...between) => exchange(name, 'miniprogram', 'server', ...between);
const wx = (name) => exchange(name, 'miniprogram', 'wechat');
const code2session = exchange('GET /sns/jscode2session', 'server', 'wechat');
const sql = (name) => exchange(name, 'server', 'postgres');
const guard = [...sql('SELECT wechat_user, wechat_revoked_session'), note('verify')];
const revocation = sql('INSERT wechat_revoked_session, wechat_user');

/** A heading between the steps. */
export const part = (name) => ({ name, phase: 'part' });

/** @param replaces - whether the token of a session is sent */
export const login = (replaces) => [
  ...wx('wx.login()'),
  ...http(
    'POST /wechat/login',
    ...[code2session, sql('INSERT wechat_user'), note('issue'), replaces ? revocation : []],
  ),
  note('wx.setStorageSync()', 'miniprogram'),
];

const logoutHere = note('wx.setStorageSync()', 'miniprogram', { loggedOut: 'true' });

export const logout = (isLoggedIn) =>
  isLoggedIn ? [logoutHere, ...http('DELETE /wechat/session', guard, revocation)] : [logoutHere];

const loginBefore = (isLoggedIn) => (isLoggedIn ? [] : login(false));
const firstLogin = (isLoggedIn) => (isLoggedIn ? [] : [part('first'), ...login(false)]);
const readUser = sql('SELECT wechat_user');
const profile = http('GET /profile', guard);

export const callProfile = (isLoggedIn) => [...loginBefore(isLoggedIn), ...profile];

export const sendData = (isLoggedIn) => [
  ...wx('wx.login()'),
  ...wx('wx.getUserInfo()'),
  ...loginBefore(isLoggedIn),
  ...http(
    'POST /profile/info',
    guard,
    readUser,
    code2session,
    sql('UPDATE wechat_user'),
    note('decrypt'),
  ),
];

export const endSession = (isLoggedIn) => [
  ...firstLogin(isLoggedIn),
  ...[part('ending'), ...http('POST /demo/end-session', guard, revocation)],
  ...[part('next'), ...http('GET /profile', guard), ...login(true), ...profile],
];

export const otherPhone = (isLoggedIn) => [
  ...firstLogin(isLoggedIn),
  ...[part('otherPhone'), ...login(false)],
  ...[part('thisPhone'), ...http('GET /profile', guard)],
  note('wx.removeStorageSync()', 'miniprogram'),
];
