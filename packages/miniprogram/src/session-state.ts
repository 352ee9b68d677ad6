import type { WxLike } from './wx-like.js';
import type { WxLogin } from './wx-session.types.js';

/** A session with the fields that only the client needs. */
export interface HeldSession extends WxLogin {
  readonly token: string;
  /** When it expires by the phone's own clock, even if that is wrong. */
  readonly until: number;
}

/** By the phone's clock. The server decides whether the session is valid. */
export const isUnexpired = (session: HeldSession | undefined): session is HeldSession =>
  session !== undefined && session.until > Date.now();

/** The session in the response of the login route, or `undefined` if it has none. */
export function sessionFrom(answer: unknown): HeldSession | undefined {
  const fields = Object(answer) as HeldSession & { expiresIn: number };
  const { token, userId, expiresAt, expiresIn, isNewUser } = fields;
  return checked({ token, userId, expiresAt, isNewUser, until: Date.now() + expiresIn * 1000 });
}

function checked(session: HeldSession): HeldSession | undefined {
  const { token, userId, expiresAt, until } = session;
  const isComplete = [token, userId, expiresAt].every((each) => typeof each === 'string');
  return isComplete && until > 0 ? session : undefined;
}

/**
 * The state of the client: no session yet, logging in, a session, or logged out.
 *
 *     none ── a request, or login() ──▶ logging in ──▶ a session
 *     a session ── refused by the server ──▶ logging in
 *     a session ── logout() ──▶ logged out ── only login() ──▶ logging in
 */
export interface SessionState {
  readonly session: HeldSession | undefined;
  /** Only a call of `login()` logs in. */
  readonly isLoggedOut: boolean;
  /** The login in progress. */
  readonly login: Promise<HeldSession> | undefined;
  /** The error of the latest login, until one succeeds. */
  readonly failure: unknown;
  /** The token of a login after a foreign 401: a further foreign 401 does not end it. */
  doubted: string | undefined;
  /** Logs in, or joins the login in progress. */
  share: (login: () => Promise<HeldSession>) => Promise<HeldSession>;
  end: (isLogout: boolean) => void;
}

/**
 * The storage of `wx` has a copy of everything except the login in progress. It is read each time:
 * another wrapper of `wx`, or a subpackage with a copy of this module, may have logged in or out.
 */
function sessionState(wx: WxLike, key: string, server: string): SessionState {
  let held: HeldSession | undefined;
  let loggedOut = false;
  /** The content of the storage when it was last read. */
  let seen: unknown;

  const read = (): unknown => {
    try {
      return wx.getStorageSync(key);
    } catch {
      return undefined;
    }
  };

  const look = (): void => {
    const stored = read();
    if (stored === seen) return;
    seen = stored;
    const fields = parse(stored);
    // Empty, or of another server: the state in memory is kept.
    if (fields.server !== server) return;
    loggedOut = fields.loggedOut === true;
    held = checked(fields);
  };

  const hold = (session: HeldSession | undefined, isLogout: boolean): void => {
    held = session;
    loggedOut = isLogout;
    try {
      // First, because a full storage refuses the new one, and the next start would read the old one.
      wx.removeStorageSync(key);
      if (session || loggedOut) {
        wx.setStorageSync(key, JSON.stringify(Object.assign({ server, loggedOut }, session)));
      }
    } catch {
      // It is then kept in memory until the mini program ends.
    }
    seen = read();
  };

  const state = {
    login: undefined as Promise<HeldSession> | undefined,
    failure: undefined as unknown,
    doubted: undefined as string | undefined,
    get session() {
      look();
      return held;
    },
    get isLoggedOut() {
      look();
      return loggedOut;
    },
    share: (login: () => Promise<HeldSession>) => (state.login ??= keep(login())),
    end: (isLogout: boolean) => {
      hold(undefined, isLogout);
    },
  };

  const keep = async (login: Promise<HeldSession>): Promise<HeldSession> => {
    try {
      const session = await login;
      state.failure = undefined;
      hold(session, false);
      return session;
    } catch (error) {
      state.failure = error;
      throw error;
    } finally {
      state.login = undefined;
    }
  };
  return state;
}

type Stored = HeldSession & { server?: string; loggedOut?: boolean };

function parse(stored: unknown): Stored {
  try {
    return Object(JSON.parse(String(stored))) as Stored;
  } catch {
    return {} as Stored;
  }
}

const states = new WeakMap<WxLike, Map<string, SessionState>>();

/** One state per storage key, so that several clients share session and login. */
export function stateAt(wx: WxLike, key: string, server: string): SessionState {
  const known = states.get(wx) ?? new Map<string, SessionState>();
  states.set(wx, known);
  const place = `${key} ${server}`;
  const state = known.get(place) ?? sessionState(wx, key, server);
  known.set(place, state);
  return state;
}
