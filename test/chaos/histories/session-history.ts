import { findViolation, type Operation } from './linearizability.js';

/** The live sessions of a user: one bit for each. */
type Live = bigint;

/** A session in a history. */
export interface HistorySession {
  readonly token: string;
  readonly bit: bigint;
  /** The start of its login. */
  readonly start: number;
}

/** The start and end of an operation; the end is `Infinity` if the outcome is unknown. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The operations of the clients of one user and their results. */
export class SessionHistory {
  readonly sessions: HistorySession[] = [];
  private readonly operations: Operation<Live>[] = [];

  get size(): number {
    return this.operations.length;
  }

  /** Operations of unknown outcome. */
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
   * Everywhere: this ends no session whose login started after the response, however
   * late Postgres learns of it.
   */
  loggedOutEverywhere(by: HistorySession, span: Span, answeredAt: number): void {
    this.add('logout everywhere', by, span, (live) =>
      this.sessions
        .filter(({ start }) => start < answeredAt)
        .reduce((left, { bit }) => left & ~bit, live),
    );
  }

  /** An app has accepted the session, or refused it as ended. */
  saw(session: HistorySession, isLive: boolean, span: Span): void {
    this.add(isLive ? 'let in' : 'refused', session, span, (live) =>
      ((live & session.bit) !== 0n) === isLive ? live : undefined,
    );
  }

  /** A description of the contradiction. */
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
