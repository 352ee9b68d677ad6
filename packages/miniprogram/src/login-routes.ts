import { callWx } from './call-wx.js';
import { NO_ENVELOPE, refusalIn, unexpected, unwrapped } from './refusal.js';
import { CODE_REFUSED, replaying, SESSION_REFUSED, type Outcome } from './replay.js';
import { send, type Sent } from './send.js';
import { sessionFrom, type HeldSession } from './session-state.js';
import type { Settings } from './settings.js';
import type { WxAnswer } from './wx-like.js';

/** The login routes of the server. */
export interface LoginRoutes {
  /** A code of `wx.login`: valid once, for five minutes. */
  freshCode: () => Promise<string>;
  /** Exchanges a code for a session; the server ends the session whose token is sent with it. */
  logIn: (token: string | undefined) => Promise<HeldSession>;
  /** Ends the session on the server, if it has not yet ended. */
  logOut: (token: string) => Promise<void>;
}

export function loginRoutes(settings: Settings): LoginRoutes {
  const { platform, routes, appid, loginTimeout: timeout, maxRetryAfter } = settings;

  const freshCode = async (): Promise<string> => {
    const login = { timeout };
    const { code } = await callWx<{ code: string }>(
      (callbacks) => platform().login(Object.assign(login, callbacks)),
      { name: 'wx.login', errorCode: 'WX_LOGIN_FAILED', timeout },
    );
    return code;
  };

  const ask = async (
    request: Sent,
    token: string | undefined,
    isExpected: (answer: WxAnswer) => unknown,
  ): Promise<Outcome<WxAnswer>> => {
    const answer = await send<WxAnswer>(platform(), 'request', { request, token });
    const refusal =
      refusalIn(answer, settings) ?? (isExpected(answer) ? undefined : unexpected(answer));
    return { answer, refusal };
  };

  const sessionIn = (answer: WxAnswer): HeldSession | undefined =>
    sessionFrom(unwrapped(answer, settings));

  const logIn = async (token: string | undefined): Promise<HeldSession> => {
    const { answer, refusal } = await replaying({
      attempt: async () => {
        // A code is valid once, so every try needs a new one.
        const code = await freshCode();
        const data = appid ? { code, appid } : { code };
        return ask({ url: `${routes}/login`, method: 'POST', data, timeout }, token, sessionIn);
      },
      maxRetryAfter,
      repeatable: true,
      refused: CODE_REFUSED,
      relogin: () => true,
    });
    const session = sessionIn(answer);
    if (refusal || !session) throw refusal ?? unexpected(answer);
    return session;
  };

  const isLoggedOut = (answer: WxAnswer): boolean => {
    const { statusCode, data } = answer;
    if (statusCode === 204 || statusCode === 401) return true;
    // An envelope has a body even if the route has none.
    const isEnvelope = settings.unwrap && statusCode < 300 && typeof data === 'object';
    return isEnvelope ? unwrapped(answer, settings) !== NO_ENVELOPE : false;
  };

  const logOut = async (token: string): Promise<void> => {
    const request = { url: `${routes}/session`, method: 'DELETE', timeout };
    const { refusal } = await replaying({
      attempt: () => ask(request, token, isLoggedOut),
      maxRetryAfter,
      repeatable: true,
      refused: SESSION_REFUSED,
      relogin: () => false,
    });
    if (refusal && !SESSION_REFUSED.test(refusal.errorCode)) throw refusal;
  };

  return { freshCode, logIn, logOut };
}
