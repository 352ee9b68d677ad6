import { callWx } from './call-wx.js';
import { following } from './following.js';
import { send } from './send.js';
import { serverUrls } from './server-urls.js';
import {
  isUnexpired,
  sessionIn,
  storeAt,
  type HeldSession,
  type SessionStore,
} from './session-store.js';
import type { WxAnswer, WxLike } from './wx-like.js';
import { unexpected, type WxSessionError } from './wx-session.error.js';
import type { WxRequestOptions, WxSessionClient, WxSessionOptions } from './wx-session.types.js';

declare const wx: WxLike | undefined;

/**
 * The mini program's side of a login: one session for all pages, sent along with every request.
 * @example
 * const session = createWxSession({ baseUrl: 'https://api.example.com' });
 * const { data } = await session.request({ url: '/me' });
 */
export function createWxSession(options: WxSessionOptions): WxSessionClient {
  const { storageKey = 'wx-session', path = 'wechat', appid } = options;
  const { loginTimeout = 10_000, maxRetryAfter = 10 } = options;
  const urlOf = serverUrls(options.baseUrl);
  const routes = urlOf(path.replace(/^\/+/, '')).replace(/\/+$/, '');

  const platform = (): WxLike => {
    const found = options.wx ?? (typeof wx === 'undefined' ? undefined : wx);
    if (!found) throw new TypeError('There is no global wx here: give createWxSession a "wx".');
    return found;
  };
  const store = (): SessionStore => storeAt(platform(), storageKey, routes);

  /** A code works once: every attempt has one of its own. */
  const exchangeCode = async (): Promise<HeldSession> => {
    const { code } = await callWx<{ code: string }>(
      'WX_LOGIN_FAILED',
      'wx.login',
      (callbacks) => platform().login({ timeout: loginTimeout, ...callbacks }),
      loginTimeout,
    );
    const request = {
      url: `${routes}/login`,
      method: 'POST',
      data: appid === undefined ? { code } : { code, appid },
      timeout: loginTimeout,
    } as const;
    // The server ends the session whose token comes along.
    return sessionIn(await send(platform(), request, store().session?.token, loginTimeout));
  };

  const logIn = (): Promise<HeldSession> =>
    store().share(() => following(maxRetryAfter, exchangeCode, () => undefined));

  const current = async (): Promise<HeldSession> => {
    const { login, session } = store();
    return login ?? (isUnexpired(session) ? session : logIn());
  };

  /** The session after `used`: somebody else may have got one by now. */
  const next = (used: HeldSession): Promise<HeldSession> =>
    store().session === used ? logIn() : current();

  return {
    get session() {
      const { session } = store();
      if (!isUnexpired(session)) return undefined;
      return { userId: session.userId, expiresAt: session.expiresAt };
    },

    login: async () => {
      const { userId, expiresAt, isNewUser } = await logIn();
      return { userId, expiresAt, isNewUser };
    },

    request: async <Data>(request: WxRequestOptions) => {
      const sent = { ...request, url: urlOf(request.url) };
      const { session: before, failure: failureBefore } = store();
      let used = await current();
      const tookLogin = used !== before;

      const relogin = async (refusal: WxSessionError): Promise<void> => {
        const { login, session, failure } = store();
        // After a logout, nobody expects a login; after a login, another one would not help.
        if (!login && (!session || (session === used && tookLogin))) throw refusal;
        // The login for others that were refused along with this one has failed.
        if (!login && session === used && failure !== failureBefore) throw failure;
        used = await next(used);
      };
      const attempt = (): Promise<WxAnswer> => send(platform(), sent, used.token);
      return (await following(maxRetryAfter, attempt, relogin)) as WxAnswer<Data>;
    },

    logout: async () => {
      const kept = store();
      await kept.login?.catch(() => undefined);
      const { session } = kept;
      if (!session) return;
      kept.session = undefined;

      const url = `${routes}/session`;
      const request = { url, method: 'DELETE', timeout: loginTimeout } as const;
      const attempt = (): Promise<WxAnswer> =>
        send(platform(), request, session.token, loginTimeout);
      const answer = await following(maxRetryAfter, attempt).catch((error: unknown) => {
        if ((error as WxSessionError).statusCode !== 401) throw error;
      });
      // Undefined where the server knew no such session any more.
      if (answer && answer.statusCode !== 204) throw unexpected(answer);
    },

    ensureSessionKey: async () => {
      const { session: before } = store();
      const used = await current();
      // A login has just made a new key.
      if (used !== before) return;
      await callWx(
        'WX_LOGIN_FAILED',
        'wx.checkSession',
        (callbacks) => platform().checkSession(callbacks),
        loginTimeout,
      ).catch(() => next(used));
    },
  };
}
