import type { LoginRoutes } from './login-routes.js';
import { isUnexpired, stateAt, type HeldSession, type SessionState } from './session-state.js';
import type { Settings } from './settings.js';
import { WxSessionError } from './wx-session.error.js';
import type { WxLogin } from './wx-session.types.js';

/** The session that one request uses. */
export interface SessionUse {
  session: HeldSession | undefined;
  /** Whether this very request has waited for its login. */
  isFresh: boolean;
  /** Why the latest login had failed when the request began. */
  failure: unknown;
  /** Whether its session was replaced after a 401 that is not ours. */
  isDoubted: boolean;
}

/** Decides when to log in. */
export interface ClientSession {
  state: () => SessionState;
  logIn: () => Promise<HeldSession>;
  logOut: () => Promise<void>;
  /** The session, after a login where there is none and this may log in by itself. */
  current: () => Promise<HeldSession>;
  /** The session after `used`: somebody else may have got one by now. */
  next: (used: HeldSession) => Promise<HeldSession>;
  /** For a request, which is sent without a session where there is none to be had. */
  begin: () => Promise<SessionUse>;
  /**
   * Another session for a request that was refused.
   * @param isOurs - whether the refusal is the guard's; a 401 of somebody else may mean anything
   * @returns false where there is none, or another login would not help
   */
  renew: (use: SessionUse, isOurs: boolean) => Promise<boolean>;
  /** The login after a 401 of somebody else has helped: the next such 401 is worth another. */
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
    // Who waits for the login learns why it failed; what onLogin throws is for the platform.
    if (onLogin && !underWay) login.then(loginOf).then(onLogin, () => undefined);
    return login;
  };

  const end = (isLogout: boolean): void => {
    state().end(isLogout);
    // Later, so that what it throws is for the platform alone.
    if (onLogout) void Promise.resolve().then(onLogout);
  };

  const known = async (): Promise<HeldSession | undefined> => {
    const { login, session } = state();
    return login ?? (isUnexpired(session) || !mayLogIn() ? session : logIn());
  };

  const current = async (): Promise<HeldSession> => {
    const session = await known();
    if (session) return session;
    throw new WxSessionError('WX_SESSION_MISSING', 'relogin', 'Nobody is logged in: call login().');
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
        // After a logout, nobody expects a login.
        if (!session) return false;
        if (isSame && !mayLogIn()) {
          if (isOurs) end(false);
          return false;
        }
        if (isSame && (use.isFresh || (!isOurs && doubted === session.token))) return false;
        // The login for others that were refused along with this one has failed.
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
