import { beforeEach, describe, expect, it } from '@jest/globals';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { WechatStore } from '../store/wechat-store.js';
import type { LivenessProbes } from './liveness-probes.js';
import type { SessionClaims } from './session-claims.js';
import type { SessionTokens } from './session-tokens.js';
import { SessionsService } from './sessions.service.js';

const claims: SessionClaims = {
  iss: 'us',
  aud: 'wx1',
  sub: '0b5e5c0e-7a5d-4c1b-9f0e-2d3c4b5a6978',
  jti: '1c6f6d1f-8b6e-4d2c-8a1f-3e4d5c6b7a89',
  epoch: 0,
  iat: 1_800_000_000,
  exp: 1_800_007_200,
};
const session = {
  id: claims.jti,
  userId: claims.sub,
  appid: 'wx1',
  issuedAt: new Date(1_800_000_000_000),
  expiresAt: new Date(1_800_007_200_000),
};

describe('SessionsService', () => {
  let parameters: unknown[][];
  let verifyToken: () => SessionClaims;
  let isLive: () => Promise<boolean>;
  let sessions: SessionsService;

  beforeEach(() => {
    [parameters, verifyToken, isLive] = [[], () => claims, async () => true];
    const store = {
      table: () => 'a_table',
      query: async (_: string, values: unknown[]) => parameters.push(values),
    };
    sessions = new SessionsService(
      { verify: () => verifyToken() } as unknown as SessionTokens,
      { isLive: () => isLive() } as unknown as LivenessProbes,
      store as unknown as WechatStore,
    );
  });

  it('hands out the session of a live token', async () => {
    expect(await sessions.verify('token')).toEqual(session);
  });

  it('refuses a session that somebody has ended', async () => {
    isLive = async () => false;
    await expect(sessions.verify('token')).rejects.toMatchObject({
      errorCode: 'WX_SESSION_REVOKED',
    });
  });

  it('asks no store about a token that is no session', async () => {
    verifyToken = () => {
      throw new WechatAuthError('WX_SESSION_INVALID');
    };
    isLive = () => Promise.reject(new Error('asked'));
    await expect(sessions.verify('forged')).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
  });

  it('lets an unknown answer in nowhere: an outage is an error', async () => {
    isLive = () => Promise.reject(new WechatAuthError('WX_STORE_UNAVAILABLE'));
    await expect(sessions.verify('token')).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
    });
  });

  it('writes down who ended which session, for as long as it would have lasted', async () => {
    await sessions.revoke(session);
    expect(parameters).toEqual([[session.userId, session.id, session.expiresAt]]);
  });

  describe('revokeToken', () => {
    it('ends the session of the token', async () => {
      await sessions.revokeToken('token');
      expect(parameters).toEqual([[session.userId, session.id, session.expiresAt]]);
    });

    it.each(['WX_SESSION_INVALID', 'WX_SESSION_EXPIRED'] as const)(
      'has nothing to end where the token is %s',
      async (code) => {
        verifyToken = () => {
          throw new WechatAuthError(code);
        };
        await sessions.revokeToken('token');
        expect(parameters).toEqual([]);
      },
    );

    it('does not take a fault of ours for a token that is no session', async () => {
      verifyToken = () => {
        throw new TypeError('a fault');
      };
      await expect(sessions.revokeToken('token')).rejects.toThrow('a fault');
    });
  });

  it('revokeAll ends the sessions of a user, and of nobody where the id is none', async () => {
    for (const id of ['', 'x', `${claims.sub}'`]) await sessions.revokeAll(id);
    expect(parameters).toEqual([]);
    await sessions.revokeAll(claims.sub);
    expect(parameters).toEqual([[claims.sub]]);
  });
});
