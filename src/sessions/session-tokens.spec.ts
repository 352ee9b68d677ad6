import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { deriveKey } from '../crypto/derive-key.js';
import { Secret } from '../config/secret.js';
import { resolveConfig } from '../config/wechat-auth.config.js';
import type { SessionOptions, WechatAppOptions } from '../config/wechat-auth.options.js';
import { SessionTokens } from './session-tokens.js';
import { SigningKey } from './signing-key.js';

const NOW = 1_800_000_000_000;
const app = { appid: 'wx1', secret: 'c4c1f5d0a2b3948576e0f1d2c3b4a596' };
const otherApp = { appid: 'wx2', secret: app.secret };
const user = { id: '0b5e5c0e-7a5d-4c1b-9f0e-2d3c4b5a6978', appid: 'wx1', sessionEpoch: 3 };
const OLD = 'the old secret, of more than 32 bytes';
const NEW = 'the new secret, of more than 32 bytes';

function tokensOf(
  session: SessionOptions = {},
  apps: WechatAppOptions[] = [app, otherApp],
): SessionTokens {
  return new SessionTokens(resolveConfig({ apps, session }));
}

const payloadOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('SessionTokens', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const refusal = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return (error as { errorCode: unknown }).errorCode;
    }
  };

  it('issues a session of the user, for the app of the user, from now on', () => {
    const { token, session, expiresIn, expiresAt } = tokensOf({ expiresIn: 600 }).issue(user);
    expect(payloadOf(token)).toEqual({
      iss: 'nestjs-wechat-auth',
      aud: 'wx1',
      sub: user.id,
      jti: session.id,
      epoch: 3,
      iat: NOW / 1000,
      exp: NOW / 1000 + 600,
    });
    expect([expiresIn, expiresAt]).toEqual([600, new Date(NOW + 600_000)]);
    expect(session).toMatchObject({ userId: user.id, appid: 'wx1', issuedAt: new Date(NOW) });
  });

  it('issues whole seconds, whatever the millisecond', () => {
    jest.setSystemTime(NOW + 999);
    expect(tokensOf().issue(user).session.issuedAt).toEqual(new Date(NOW));
  });

  it('gives each session its own id', () => {
    const tokens = tokensOf();
    expect(tokens.issue(user).session.id).not.toBe(tokens.issue(user).session.id);
  });

  it('issues no session for an unknown app', () => {
    expect(refusal(() => tokensOf().issue({ ...user, appid: 'wx3' }))).toBe('WX_APP_UNKNOWN');
  });

  it('accepts what it issued, on any instance with the same configuration', () => {
    for (const appid of ['wx1', 'wx2']) {
      const { token, session } = tokensOf().issue({ ...user, appid });
      expect(tokensOf().verify(token)).toMatchObject({ aud: appid, jti: session.id });
    }
  });

  it('accepts no session of another issuer, app or AppSecret', () => {
    const { token } = tokensOf().issue(user);
    const secret = '0123456789abcdef0123456789abcdef';
    for (const stranger of [
      tokensOf({ issuer: 'another' }),
      tokensOf({}, [otherApp]),
      tokensOf({}, [{ ...app, secret }]),
      tokensOf({ secret: NEW }),
    ]) {
      expect(refusal(() => stranger.verify(token))).toBe('WX_SESSION_INVALID');
    }
  });

  it('accepts no session that was issued for longer than configured now', () => {
    const { token } = tokensOf({ expiresIn: 601 }).issue(user);
    expect(refusal(() => tokensOf({ expiresIn: 600 }).verify(token))).toBe('WX_SESSION_INVALID');
  });

  it('signs with the first secret of each app and accepts all of them', () => {
    const rotated = tokensOf({ secret: [NEW, OLD] });
    for (const appid of ['wx1', 'wx2']) {
      const old = tokensOf({ secret: OLD }).issue({ ...user, appid }).token;
      const { token } = rotated.issue({ ...user, appid });
      expect(rotated.verify(old)).toMatchObject({ aud: appid });
      expect(tokensOf({ secret: NEW }).verify(token)).toMatchObject({ aud: appid });
      expect(refusal(() => tokensOf({ secret: OLD }).verify(token))).toBe('WX_SESSION_INVALID');
    }
  });

  it.each([[undefined], [null], [42], [['a.b.c']], [''], ['.'], ['a.b.c']])(
    'does not accept %j as a token',
    (token) => {
      expect(refusal(() => tokensOf().verify(token))).toBe('WX_SESSION_INVALID');
    },
  );

  it('refuses a valid token over 2 KiB, without cryptography', () => {
    const { token } = tokensOf().issue(user);
    const [header = ''] = token.split('.');
    const key = deriveKey(new Secret(app.secret), 'session', 'wx1');
    const padded = (length: number): string => {
      const json = JSON.stringify(payloadOf(token));
      const bytes = ((length - header.length - 45) * 3) / 4;
      const input = `${header}.${Buffer.from(json.padEnd(Math.floor(bytes))).toString('base64url')}`;
      return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
    };
    const [longest, tooLong] = [padded(2048), padded(2050)];
    expect([longest.length, tooLong.length]).toEqual([2048, 2050]);
    const verify = jest.spyOn(SigningKey.prototype, 'verify');
    expect(tokensOf().verify(longest)).toEqual(payloadOf(token));
    expect(verify).toHaveBeenCalledTimes(1);
    expect(refusal(() => tokensOf().verify(tooLong))).toBe('WX_SESSION_INVALID');
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('ends a session to the second, even if its token is cached', () => {
    const tokens = tokensOf({ expiresIn: 600 });
    const { token } = tokens.issue(user);
    jest.setSystemTime(NOW + 599_999);
    expect(tokens.verify(token)).toMatchObject({ sub: user.id });
    jest.setSystemTime(NOW + 600_000);
    expect(refusal(() => tokens.verify(token))).toBe('WX_SESSION_EXPIRED');
    expect(refusal(() => tokensOf({ expiresIn: 600 }).verify(token))).toBe('WX_SESSION_EXPIRED');
  });

  it('checks the signature of a token once, and forgets the token when it expires', () => {
    const tokens = tokensOf();
    const { token } = tokens.issue(user);
    const verify = jest.spyOn(SigningKey.prototype, 'verify');
    for (let i = 0; i < 3; i++) tokens.verify(token);
    expect(verify).toHaveBeenCalledTimes(1);
    jest.setSystemTime(NOW + 7_200_000);
    for (let i = 0; i < 2; i++) refusal(() => tokens.verify(token));
    expect(verify).toHaveBeenCalledTimes(2);
  });

  it('does not cache a refused token', () => {
    const tokens = tokensOf();
    const forged = `${tokens.issue(user).token.slice(0, -4)}AAAA`;
    for (let i = 0; i < 2; i++) {
      expect(refusal(() => tokens.verify(forged))).toBe('WX_SESSION_INVALID');
    }
  });
});
