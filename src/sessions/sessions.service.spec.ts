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
import { WechatApps } from '../config/wechat-apps.js';
import { resolveConfig, type WechatAuthConfig } from '../config/wechat-auth.config.js';
import { SessionProbes } from './session-probes.js';
import { SessionTokens } from './session-tokens.js';
import { SessionsService } from './sessions.service.js';
import type { IssuedSession } from './wx-session.js';

const SECRET = 'c4c1f5d0a2b3948576e0f1d2c3b4a596';
const config = resolveConfig({ appid: 'wx1', secret: SECRET });

describe('SessionsService', () => {
  let test: TestPostgres;
  let sessions: SessionsService;

  const serviceWith = (
    theConfig: WechatAuthConfig,
    tokens = new SessionTokens(new WechatApps(theConfig), theConfig),
  ): SessionsService =>
    new SessionsService(tokens, new SessionProbes(test.revocations), test.revocations);

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestPostgres();
  });
  beforeEach(() => {
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

  it('hands out the session of a live token', async () => {
    const { token, session } = await logIn();
    expect(await sessions.verify(token)).toEqual(session);
  });

  it('asks Postgres at each use, and not about a token that is no session', async () => {
    const { token } = await logIn();
    await sessions.verify(token);
    await sessions.verify(token);
    expect(test.queries.count).toBe(2);
    await expect(sessions.verify(`${token.slice(0, -2)}AA`)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(test.queries.count).toBe(2);
  });

  it('lets nobody in on an unknown answer: an outage is an error', async () => {
    const { token } = await logIn();
    await test.database.query('ALTER TABLE wechat_user RENAME TO elsewhere');
    await expect(sessions.verify(token)).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
    await test.database.query('ALTER TABLE elsewhere RENAME TO wechat_user');
    expect(await sessions.verify(token)).toBeDefined();
  });

  it('ends a session, and writes down which, for as long as it would have lasted', async () => {
    await forgetRevoked();
    const { token, session } = await logIn();
    await sessions.revoke(session);
    await sessions.revoke(session);
    const { id, userId, expiresAt } = session;
    expect(await revoked()).toEqual([{ id, userId, expiresAt }]);
    await expect(sessions.verify(token)).rejects.toMatchObject(isOver);
  });

  it('has nothing to end where a session is none of ours', async () => {
    const { session } = await logIn();
    await sessions.revoke({ ...session, id: `${session.id}'` });
    await sessions.revoke({ ...session, userId: '' });
    expect(test.queries.count).toBe(0);
  });

  describe('revokeToken', () => {
    it('ends the session of the token', async () => {
      const { token } = await logIn();
      await sessions.revokeToken(token);
      await expect(sessions.verify(token)).rejects.toMatchObject(isOver);
    });

    it('has nothing to end where the token is no session, or over', async () => {
      await forgetRevoked();
      const { token, expiresAt } = await logIn();
      for (const other of ['', 'a.b.c', `${token}A`]) await sessions.revokeToken(other);
      jest.spyOn(Date, 'now').mockReturnValue(expiresAt.getTime());
      await sessions.revokeToken(token);
      expect(await revoked()).toEqual([]);
    });

    it('does not take a fault of ours for a token that is no session', async () => {
      class FaultyTokens extends SessionTokens {
        override verify(): never {
          throw new TypeError('a fault');
        }
      }
      const faulty = new FaultyTokens(new WechatApps(config), config);
      await expect(serviceWith(config, faulty).revokeToken('token')).rejects.toThrow('a fault');
    });
  });

  it('revokeAll ends the sessions of a user, and of nobody where the id is none', async () => {
    const [mine, yours] = [await logIn(), await logIn()];
    for (const id of ['', 'x', `${mine.session.userId}'`]) await sessions.revokeAll(id);
    expect(await sessions.verify(mine.token)).toEqual(mine.session);
    await sessions.revokeAll(mine.session.userId);
    await expect(sessions.verify(mine.token)).rejects.toMatchObject(isOver);
    expect(await sessions.verify(yours.token)).toEqual(yours.session);
  });
});
