import { findViolation, type Operation } from './linearizability.js';

/** The sessions of a user that are live: a bit for each. */
type Live = bigint;

/** A session in a history. */
export interface HistorySession {
  readonly token: string;
  readonly bit: bigint;
  /** When its login set out. */
  readonly start: number;
}

/** From when to when something was done; to `Infinity` where it is not known whether it was. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the clients of one user have done and seen. */
export class SessionHistory {
  readonly sessions: HistorySession[] = [];
  private readonly operations: Operation<Live>[] = [];

  get size(): number {
    return this.operations.length;
  }

  /** Operations of which nobody knows whether they took effect. */
  get unknown(): number {
    return this.operations.filter(({ end }) => end === Infinity).length;
  }

  loggedIn(token: string, span: Span, replaced?: HistorySession): void {
    const session = { token, bit: 1n << BigInt(this.sessions.length), start: span.start };
    this.sessions.push(session);
    const ends = replaced?.bit ?? 0n;
    this.add('login', session, span, (live) => (live & ~ends) | session.bit);
  }

  loggedOut(session: HistorySession, span: Span): void {
    this.add('logout', session, span, (live) => live & ~session.bit);
  }

  /**
   * Everywhere: no session ends by this whose login set out after the answer had come, however
   * late Postgres learns of it.
   */
  loggedOutEverywhere(by: HistorySession, span: Span, answeredAt: number): void {
    this.add('logout everywhere', by, span, (live) =>
      this.sessions
        .filter(({ start }) => start < answeredAt)
        .reduce((left, { bit }) => left & ~bit, live),
    );
  }

  /** An app has let the session in, or refused it as ended. */
  saw(session: HistorySession, isLive: boolean, span: Span): void {
    this.add(isLive ? 'let in' : 'refused', session, span, (live) =>
      ((live & session.bit) !== 0n) === isLive ? live : undefined,
    );
  }

  /** What contradicts all the rest, in words. */
  findViolation(): string | undefined {
    return findViolation(this.operations, 0n)?.name;
  }

  private add(
    what: string,
    { bit }: HistorySession,
    { start, end }: Span,
    apply: Operation<Live>['apply'],
  ): void {
    const number = bit.toString(2).length;
    const name = `session ${String(number)}, ${what}, ${start.toFixed(0)} to ${end.toFixed(0)} ms`;
    this.operations.push({ name, start, end, apply });
  }
}
