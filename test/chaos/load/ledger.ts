import { Tally } from './tally.js';

/** The known state of a session: `either` while the outcome is unknown. */
export type Expected = 'live' | 'ended' | 'either';

export interface KnownSession {
  readonly token: string;
  readonly user: KnownUser;
  expected: Expected;
}

/** A user of one client. */
export class KnownUser {
  /** Our id, known since the first login that was acknowledged. */
  id: string | undefined;
  readonly sessions: KnownSession[] = [];
  /** Of all its logins, the newest last. */
  readonly codes: string[] = [];
  /** The newest code whose login was acknowledged. */
  acknowledgedCode: string | undefined;

  constructor(readonly openid: string) {}

  get newestCode(): string | undefined {
    return this.codes.at(-1);
  }

  /** Whether the `session_key` of the newest login must be stored. */
  get hasNewestKey(): boolean {
    return this.newestCode !== undefined && this.newestCode === this.acknowledgedCode;
  }

  newest(expected: Expected): KnownSession | undefined {
    return this.sessions.findLast((session) => session.expected === expected);
  }
}

/** What the apps have acknowledged, and so must not lose. */
export class Ledger {
  readonly users: KnownUser[] = [];
  logins = 0;
  logouts = 0;
  /** What was lost, each once, and how it was found. */
  private readonly losses = new Map<object, string>();

  /** @param excused - what may be lost by design. */
  constructor(private readonly excused?: RegExp) {}

  get sessions(): KnownSession[] {
    return this.users.flatMap(({ sessions }) => sessions);
  }

  get lost(): Tally {
    const tally = new Tally();
    for (const reason of this.losses.values()) tally.add(reason);
    return tally;
  }

  lose(what: object, reason: string): void {
    if (this.losses.has(what) || this.excused?.test(reason)) return;
    this.losses.set(what, reason);
  }

  /** A login was acknowledged. */
  loggedIn(user: KnownUser, code: string, token: string): KnownSession {
    this.logins++;
    if (code === user.newestCode) user.acknowledgedCode = code;
    const session: KnownSession = { token, user, expected: 'live' };
    user.sessions.push(session);
    return session;
  }

  /** Sessions are being ended: they may have ended from now on. */
  ending(sessions: readonly KnownSession[]): void {
    for (const session of sessions) if (session.expected === 'live') session.expected = 'either';
  }

  /** Their end was acknowledged. */
  ended(sessions: readonly KnownSession[]): void {
    this.logouts++;
    for (const session of sessions) session.expected = 'ended';
  }

  /** An app has accepted a session, with its known state before the request. */
  seenLive(session: KnownSession, expected: Expected): void {
    if (expected === 'ended') this.lose(session, 'an ended session is let in');
  }

  /** An app has refused a session, with its known state before the request. */
  seenRefused(session: KnownSession, expected: Expected, errorCode: unknown): void {
    if (expected === 'live') {
      this.lose(session, `a live session is refused as ${String(errorCode)}`);
    }
    // Both are final.
    if (errorCode === 'WX_SESSION_REVOKED' || errorCode === 'WX_SESSION_EXPIRED') {
      session.expected = 'ended';
    }
  }
}
