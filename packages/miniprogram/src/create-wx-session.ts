import { callWx } from './call-wx.js';
import { clientSession, loginOf } from './client-session.js';
import { loginRoutes } from './login-routes.js';
import { request } from './request.js';
import { isUnexpired } from './session-state.js';
import { settingsFrom } from './settings.js';
import type { WxSessionClient, WxSessionOptions } from './wx-session.types.js';

/**
 * Creates the mini program's client: one session for all pages, sent with every request.
 * @example
 * const session = createWxSession({ baseUrl: 'https://api.example.com' });
 * const { data } = await session.request({ url: '/me' });
 */
export function createWxSession(options: WxSessionOptions): WxSessionClient {
  const settings = settingsFrom(options);
  const { platform, loginTimeout: timeout } = settings;
  const routes = loginRoutes(settings);
  const sessions = clientSession(settings, routes);

  return {
    get session() {
      const { session } = sessions.state();
      if (!isUnexpired(session)) return undefined;
      return { userId: session.userId, expiresAt: session.expiresAt };
    },

    login: async () => loginOf(await sessions.logIn()),
    logout: sessions.logOut,

    request: (given) => request('request', given, settings, sessions),
    upload: (given) => request('uploadFile', given, settings, sessions),
    download: (given) => request('downloadFile', given, settings, sessions),

    getToken: async () => (await sessions.current()).token,
    freshCode: routes.freshCode,

    ensureSessionKey: async () => {
      const { session: before } = sessions.state();
      const used = await sessions.current();
      // The login has just created a new key.
      if (used.token !== before?.token) return;
      const call = { name: 'wx.checkSession', errorCode: 'WX_LOGIN_FAILED', timeout } as const;
      await callWx((callbacks) => platform().checkSession(callbacks), call).catch(() =>
        sessions.next(used),
      );
    },
  };
}
