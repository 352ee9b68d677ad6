import type { WxAnswer, WxLike } from './wx-like.js';
import { unexpected } from './wx-session.error.js';
import type { WxLogin } from './wx-session.types.js';

/** A session with what only the client needs. */
export interface HeldSession extends WxLogin {
  readonly token: string;
  /** When its time is up by the phone's own clock, however wrong that is. */
  readonly until: number;
}

/** By the phone's clock. Whether the session is good is for the server to say. */
export const isUnexpired = (session: HeldSession | undefined): session is HeldSession =>
  session !== undefined && session.until > Date.now();

/** The session that a login was answered with. */
export function sessionIn(answer: WxAnswer): HeldSession {
  const { token, userId, expiresAt, expiresIn, isNewUser } = Object(answer.data) as HeldSession & {
    expiresIn: number;
  };
  const until = Date.now() + expiresIn * 1000;
  const session = { token, userId, expiresAt, isNewUser, until };
  if (answer.statusCode !== 200 || !isSession(session)) throw unexpected(answer);
  return session;
}

const isSession = ({ token, userId, expiresAt, until }: HeldSession): boolean =>
  [token, userId, expiresAt].every((each) => typeof each === 'string') && until > 0;

/** The session in memory, with a copy in the storage of `wx` for the next start. */
export class SessionStore {
  /** The login under way. */
  login: Promise<HeldSession> | undefined;
  /** Why the latest login failed, until one does not. */
  failure: unknown;
  private held: HeldSession | undefined;

  constructor(
    private readonly wx: WxLike,
    private readonly storageKey: string,
    private readonly server: string,
  ) {
    this.held = this.read();
  }

  get session(): HeldSession | undefined {
    return this.held;
  }

  set session(session: HeldSession | undefined) {
    this.held = session;
    try {
      // First, for a full storage refuses the new one, and the next start would find the old.
      this.wx.removeStorageSync(this.storageKey);
      if (session) {
        const stored = { server: this.server, ...session };
        this.wx.setStorageSync(this.storageKey, JSON.stringify(stored));
      }
    } catch {
      // In memory it lasts until the mini program ends.
    }
  }

  /** Logs in, or joins the login under way. */
  share(login: () => Promise<HeldSession>): Promise<HeldSession> {
    return (this.login ??= this.keep(login()));
  }

  private async keep(login: Promise<HeldSession>): Promise<HeldSession> {
    try {
      const session = await login;
      this.session = session;
      this.failure = undefined;
      return session;
    } catch (error) {
      this.failure = error;
      throw error;
    } finally {
      this.login = undefined;
    }
  }

  private read(): HeldSession | undefined {
    try {
      const stored = JSON.parse(String(this.wx.getStorageSync(this.storageKey))) as HeldSession & {
        server: string;
      };
      return stored.server === this.server && isSession(stored) ? stored : undefined;
    } catch {
      return undefined;
    }
  }
}

const stores = new WeakMap<WxLike, Map<string, SessionStore>>();

/** The same one for the same place: pages that have a client each share session and login. */
export function storeAt(wx: WxLike, storageKey: string, server: string): SessionStore {
  const known = stores.get(wx) ?? new Map<string, SessionStore>();
  stores.set(wx, known);
  const place = `${storageKey} ${server}`;
  const store = known.get(place) ?? new SessionStore(wx, storageKey, server);
  known.set(place, store);
  return store;
}
