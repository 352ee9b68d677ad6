import { describe, expect, it } from '@jest/globals';
import { findViolation, type Operation } from './linearizability.js';
import { SessionHistory } from './session-history.js';

/** A register that is written and read. */
const write = (value: number, start: number, end: number): Operation<number> => ({
  name: `write ${String(value)}`,
  start,
  end,
  apply: () => value,
});
const read = (value: number, start: number, end: number): Operation<number> => ({
  name: `read ${String(value)}`,
  start,
  end,
  apply: (state) => (state === value ? state : undefined),
});

describe('findViolation', () => {
  it('accepts an order that the times allow', () => {
    expect(findViolation([write(1, 0, 10), read(0, 1, 2), read(1, 3, 4)], 0)).toBeUndefined();
  });

  it('finds a read of an older value after a read of the newer one', () => {
    const violation = findViolation([write(1, 0, 10), read(1, 1, 2), read(0, 3, 4)], 0);
    expect(violation?.name).toBe('read 0');
  });

  it('finds a read that misses a write which had ended', () => {
    expect(findViolation([write(1, 0, 1), read(0, 2, 3)], 0)?.name).toBe('read 0');
  });

  it('takes a write of unknown outcome as done late, or never', () => {
    const unknown = write(1, 0, Infinity);
    expect(findViolation([unknown, read(0, 5, 6), read(1, 7, 8)], 0)).toBeUndefined();
    expect(findViolation([unknown, read(0, 5, 6)], 0)).toBeUndefined();
    expect(findViolation([unknown, read(1, 5, 6), read(0, 7, 8)], 0)?.name).toBe('read 0');
  });
});

describe('SessionHistory', () => {
  const at = (start: number, end: number): { start: number; end: number } => ({ start, end });
  const begun = (): { history: SessionHistory; session: SessionHistory['sessions'][number] } => {
    const history = new SessionHistory();
    history.loggedIn('a', at(0, 1));
    return { history, session: history.sessions[0]! };
  };

  it('finds a session that is accepted after its logout was acknowledged', () => {
    const { history, session } = begun();
    history.loggedOut(session, at(2, 3));
    history.saw(session, true, at(2, 4));
    expect(history.findViolation()).toBeUndefined();
    history.saw(session, true, at(5, 6));
    expect(history.findViolation()).toContain('let in, 5 to 6 ms');
  });

  it('finds a session that is accepted after a client saw it ended, acknowledged or not', () => {
    const { history, session } = begun();
    history.loggedOut(session, at(2, Infinity));
    history.saw(session, false, at(3, 4));
    expect(history.findViolation()).toBeUndefined();
    history.saw(session, true, at(5, 6));
    expect(history.findViolation()).toContain('let in');
  });

  it('finds a session that is refused although it was not ended', () => {
    const { history, session } = begun();
    history.saw(session, false, at(2, 3));
    expect(history.findViolation()).toContain('refused');
  });

  it('finds a login that is ended by an older logout everywhere', () => {
    const { history, session } = begun();
    history.loggedOutEverywhere(session, at(2, Infinity), 7);
    history.saw(session, false, at(8, 9));
    history.loggedIn('b', at(10, 11));
    expect(history.findViolation()).toBeUndefined();
    history.saw(history.sessions[1]!, false, at(12, 13));
    expect(history.findViolation()).toContain('session 2, refused');
  });

  it('finds a logout everywhere that does not end one of the sessions', () => {
    const { history, session } = begun();
    history.loggedIn('b', at(1, 2));
    history.loggedOutEverywhere(session, at(3, 9), 9);
    history.saw(session, false, at(4, 5));
    expect(history.findViolation()).toBeUndefined();
    history.saw(history.sessions[1]!, true, at(6, 7));
    expect(history.findViolation()).toContain('session 2, let in');
  });

  it('accepts a login that ends the session it replaces', () => {
    const { history, session } = begun();
    history.loggedIn('b', at(2, 3), session);
    history.saw(history.sessions[1]!, true, at(4, 5));
    history.saw(session, false, at(4, 5));
    expect(history.findViolation()).toBeUndefined();
  });
});
