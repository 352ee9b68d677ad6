import { randomUUID } from 'node:crypto';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createTestPostgres, type TestPostgres } from '../../test/support/test-postgres.js';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { WechatApps } from '../config/wechat-apps.js';
import { resolveConfig, type WechatAuthConfig } from '../config/wechat-auth.config.js';
import { EventPublisher } from '../events/event-publisher.js';
import { SessionProbes } from './session-probes.js';
import { SessionTokens } from './session-tokens.js';
import { SessionWatcher } from './session-watcher.js';
import { SessionsService } from './sessions.service.js';
import type { IssuedSession, WxSession } from './wx-session.js';

const SECRET = 'c4c1f5d0a2b3948576e0f1d2c3b4a596';
const config = resolveConfig({ appid: 'wx1', secret: SECRET });

describe('SessionsService', () => {
  let test: TestPostgres;
  let sessions: SessionsService;

  let events: EventPublisher;

  const serviceWith = (
    theConfig: WechatAuthConfig,
    tokens = new SessionTokens(theConfig),
  ): SessionsService => {
    const probes = new SessionProbes(test.revocations);
    const watcher = new SessionWatcher(probes, test.revocations);
    const apps = new WechatApps(theConfig, new AggregatedLogger());
    return new SessionsService(tokens, apps, probes, test.revocations, watcher, events);
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestPostgres();
  });
  beforeEach(() => {
    events = new EventPublisher();
    sessions = serviceWith(config);
    test.queries.count = 0;
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => test.close());

  const logIn = async (): Promise<IssuedSession> => {
    const id = randomUUID();
    await test.database.query(
      `INSERT INTO wechat_user (id, appid, openid, last_login_at) VALUES ($1, 'wx1', $2, now())`,
      [id, `o-${id}`],
    );
    return sessions.issue({ id, appid: 'wx1', sessionEpoch: 0 });
  };
  const revoked = (): Promise<unknown[]> =>
    test.database.query(
      'SELECT user_id AS "userId", id, expires_at AS "expiresAt" FROM wechat_revoked_session',
    );
  const forgetRevoked = (): Promise<unknown> =>
    test.database.query('TRUNCATE wechat_revoked_session');
  const isOver = { errorCode: 'WX_SESSION_REVOKED' };

  it('returns the session of a live token', async () => {
    const { token, session } = await logIn();
    expect(await sessions.verify(token)).toEqual(session);
  });

  it('asks Postgres at each use, but not about an invalid token', async () => {
    const { token } = await logIn();
    await sessions.verify(token);
    await sessions.verify(token);
    expect(test.queries.count).toBe(2);
    await expect(sessions.verify(`${token.slice(0, -2)}AA`)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(test.queries.count).toBe(2);
  });

  it.each([
    ['that has expired', 'WX_SESSION_EXPIRED', 7200_000],
    ['of an instance whose clock is ahead', 'WX_SESSION_INVALID', -90_000],
  ])('publishes the session and user of a refused token %s', async (_, errorCode, later) => {
    const { token, session } = await logIn();
    const seen: unknown[] = [];
    events.published.subscribe((event) => seen.push(event));
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + later);
    await expect(sessions.verify(token)).rejects.toMatchObject({ errorCode });
    await expect(sessions.verify(undefined as never)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    const { id: sessionId, userId, appid } = session;
    const refused = { type: 'session-refused', at: expect.any(Date) };
    expect(seen).toEqual([
      { ...refused, errorCode, sessionId, userId, appid },
      { ...refused, errorCode: 'WX_SESSION_INVALID' },
    ]);
  });

  it('accepts no session during an outage of Postgres, which is an error', async () => {
    const { token } = await logIn();
    await test.database.query('ALTER TABLE wechat_user RENAME TO elsewhere');
    await expect(sessions.verify(token)).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
    await test.database.query('ALTER TABLE elsewhere RENAME TO wechat_user');
    expect(await sessions.verify(token)).toBeDefined();
  });

  it('ends a session, and stores its id until the session would have expired', async () => {
    await forgetRevoked();
    const { token, session } = await logIn();
    expect(await sessions.revoke(session)).toBe(true);
    const { id, userId, expiresAt } = session;
    expect(await revoked()).toEqual([{ id, userId, expiresAt }]);
    await expect(sessions.verify(token)).rejects.toMatchObject(isOver);
  });

  it('ends a session whose ids are in upper case', async () => {
    const { token, session } = await logIn();
    const [id, userId] = [session.id.toUpperCase(), session.userId.toUpperCase()];
    expect(await sessions.revoke({ ...session, id, userId })).toBe(true);
    await expect(sessions.verify(token)).rejects.toMatchObject(isOver);
  });

  it('returns false for a session that had ended before', async () => {
    const { session } = await logIn();
    expect(await sessions.revoke(session)).toBe(true);
    expect(await sessions.revoke(session)).toBe(false);
    const { session: raised } = await logIn();
    await sessions.revokeAll(raised.userId);
    expect(await sessions.revoke(raised)).toBe(false);
    const { session: gone } = await logIn();
    await test.database.query('DELETE FROM wechat_user WHERE id = $1', [gone.userId]);
    expect(await sessions.revoke(gone)).toBe(false);
    expect(await sessions.revoke({ ...gone })).toBe(false);
  });

  const noDate = 'session.expiresAt must be a valid Date.';
  it.each<[string, string, (session: WxSession) => WxSession]>([
    [
      'an id that is not a UUID',
      'session.id must be a UUID.',
      (session) => ({ ...session, id: `${session.id}'` }),
    ],
    ['no userId', 'session.userId must be a UUID.', (session) => ({ ...session, userId: '' })],
    ['a date as a string', noDate, (session) => ({ ...session, expiresAt: '2030-01-01' as never })],
    ['no date', noDate, (session) => ({ ...session, expiresAt: new Date(NaN) })],
    ['nothing in it', noDate, () => ({}) as never],
    ['no session at all', 'expiresAt', () => undefined as never],
  ])('throws a TypeError for a session with %s', async (_, message, change) => {
    const wrong = change((await logIn()).session);
    const refused = expect.objectContaining({
      name: 'TypeError',
      message: expect.stringContaining(message),
    });
    await expect(sessions.revoke(wrong)).rejects.toEqual(refused);
    expect(() => sessions.ended(wrong)).toThrow(refused);
    expect(test.queries.count).toBe(0);
  });

  describe('revokeToken', () => {
    it('ends the session of the token', async () => {
      const { token } = await logIn();
      expect(await sessions.revokeToken(token)).toBe(true);
      await expect(sessions.verify(token)).rejects.toMatchObject(isOver);
    });

    it('ends the session of an instance whose clock is ahead, which verify refuses', async () => {
      const now = Date.now();
      jest.spyOn(Date, 'now').mockReturnValue(now + 90_000);
      const { token } = await logIn();
      jest.spyOn(Date, 'now').mockReturnValue(now);
      for (const step of ['unknown', 'remembered']) {
        const refused = sessions.verify(token).catch((error: unknown) => [step, error]);
        expect(await refused).toMatchObject([step, { errorCode: 'WX_SESSION_INVALID' }]);
        expect(await sessions.revokeToken(token)).toBe(step === 'unknown');
      }
      jest.spyOn(Date, 'now').mockReturnValue(now + 90_000);
      await expect(sessions.verify(token)).rejects.toMatchObject(isOver);
    });

    it('returns false if the token is invalid or its session has ended', async () => {
      await forgetRevoked();
      const { token, expiresAt } = await logIn();
      for (const other of ['', 'a.b.c', `${token}A`]) {
        expect(await sessions.revokeToken(other)).toBe(false);
      }
      jest.spyOn(Date, 'now').mockReturnValue(expiresAt.getTime());
      expect(await sessions.revokeToken(token)).toBe(false);
      expect(await revoked()).toEqual([]);
    });

    it('does not mistake an internal error for an invalid token', async () => {
      class FaultyTokens extends SessionTokens {
        override read(): never {
          throw new TypeError('a fault');
        }
      }
      const faulty = new FaultyTokens(config);
      await expect(serviceWith(config, faulty).revokeToken('token')).rejects.toThrow('a fault');
    });
  });

  it('revokeAll ends the sessions of a user, whose id may be in upper case', async () => {
    const [mine, yours] = [await logIn(), await logIn()];
    expect(await sessions.revokeAll(mine.session.userId.toUpperCase())).toBe(true);
    await expect(sessions.verify(mine.token)).rejects.toMatchObject(isOver);
    expect(await sessions.verify(yours.token)).toEqual(yours.session);
    expect(await sessions.revokeAll(randomUUID())).toBe(false);
  });

  it('revokeAll throws a TypeError for an id that is not a UUID', async () => {
    const { token, session } = await logIn();
    for (const id of ['', 'x', `${session.userId}'`, undefined as never]) {
      await expect(sessions.revokeAll(id)).rejects.toEqual(new TypeError('userId must be a UUID.'));
    }
    expect(await sessions.verify(token)).toEqual(session);
  });
});
