import type { LoginRoutes } from './login-routes.js';
import { isUnexpired, stateAt, type HeldSession, type SessionState } from './session-state.js';
import type { Settings } from './settings.js';
import { WxSessionError } from './wx-session.error.js';
import type { WxLogin } from './wx-session.types.js';

/** The session that one request uses. */
export interface SessionUse {
  session: HeldSession | undefined;
  /** Whether this request has waited for its login. */
  isFresh: boolean;
  /** The error of the latest failed login when the request began. */
  failure: unknown;
  /** Whether its session was replaced after a 401 that is not from the guard. */
  isDoubted: boolean;
}

/** Decides when to log in. */
export interface ClientSession {
  state: () => SessionState;
  logIn: () => Promise<HeldSession>;
  logOut: () => Promise<void>;
  /** The session; logs in first if there is none and automatic login is allowed. */
  current: () => Promise<HeldSession>;
  /** The session after `used`: another request may have logged in by now. */
  next: (used: HeldSession) => Promise<HeldSession>;
  /** For a request, which is sent without a session if there is none. */
  begin: () => Promise<SessionUse>;
  /**
   * Gets another session for a request that was refused.
   * @param isOurs - whether the guard refused it; any other 401 may have another meaning
   * @returns false if there is none, or another login would not help
   */
  renew: (use: SessionUse, isOurs: boolean) => Promise<boolean>;
  /** The login after a foreign 401 has helped: log in again after the next one. */
  trust: (use: SessionUse) => void;
}

export const loginOf = ({ userId, expiresAt, isNewUser }: HeldSession): WxLogin => ({
  userId,
  expiresAt,
  isNewUser,
});

export function clientSession(settings: Settings, routes: LoginRoutes): ClientSession {
  const { platform, storageKey, autoLogin, onLogin, onLogout } = settings;
  const state = (): SessionState => stateAt(platform(), storageKey, settings.routes);
  const mayLogIn = (): boolean => autoLogin && !state().isLoggedOut;

  const logIn = (): Promise<HeldSession> => {
    const { login: underWay, session, share } = state();
    const login = share(() => routes.logIn(session?.token));
    // Callers get the error of the login; errors of onLogin are left to the platform.
    if (onLogin && !underWay) login.then(loginOf).then(onLogin, () => undefined);
    return login;
  };

  const end = (isLogout: boolean): void => {
    state().end(isLogout);
    // Later, so that only the platform gets its errors.
    if (onLogout) void Promise.resolve().then(onLogout);
  };

  const known = async (): Promise<HeldSession | undefined> => {
    const { login, session } = state();
    return login ?? (isUnexpired(session) || !mayLogIn() ? session : logIn());
  };

  const current = async (): Promise<HeldSession> => {
    const session = await known();
    if (session) return session;
    throw new WxSessionError('WX_SESSION_MISSING', 'relogin', 'There is no session: call login().');
  };

  return {
    state,
    logIn,
    current,
    next: (used) => (state().session?.token === used.token ? logIn() : current()),

    logOut: async () => {
      await state().login?.catch(() => undefined);
      const { session } = state();
      if (!session) {
        state().end(true);
        return;
      }
      end(true);
      await routes.logOut(session.token);
    },

    begin: async () => {
      const { session: before, failure } = state();
      const session = await known();
      return { session, isFresh: session?.token !== before?.token, failure, isDoubted: false };
    },

    renew: async (use, isOurs) => {
      const { login, session, failure, doubted } = state();
      const isSame = session?.token === use.session?.token;
      if (!login) {
        // No automatic login after a logout.
        if (!session) return false;
        if (isSame && !mayLogIn()) {
          if (isOurs) end(false);
          return false;
        }
        if (isSame && (use.isFresh || (!isOurs && doubted === session.token))) return false;
        // The login for other requests that were refused at the same time has failed.
        if (isSame && failure !== use.failure) throw failure;
      }
      use.session = await (isSame ? logIn() : known());
      use.isDoubted = !isOurs;
      if (!isOurs) state().doubted = use.session?.token;
      return true;
    },

    trust: (use) => {
      if (use.isDoubted) state().doubted = undefined;
    },
  };
}
