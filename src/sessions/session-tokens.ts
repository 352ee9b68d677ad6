import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { BoundedMap } from '../common/bounded-map.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from '../config/wechat-auth.config.js';
import { isIssuedAhead, readClaims, type SessionClaims } from './session-claims.js';
import { signingKeysOf, type SigningKeys } from './signing-keys.js';
import { sessionOf, type IssuedSession } from './wx-session.js';

const MAX_TOKEN_LENGTH = 2048;

/** About 700 bytes each, 14 MB in all. */
const MAX_REMEMBERED_TOKENS = 20_000;

/** Converts sessions into tokens and back, without a query. */
@Injectable()
export class SessionTokens {
  private readonly keys: SigningKeys;
  /**
   * Tokens whose signature and claims are valid, by their whole text: neither can change. A `#`
   * field, as `util.inspect` must not print tokens.
   */
  readonly #verified = new BoundedMap<string, SessionClaims>(MAX_REMEMBERED_TOKENS);

  constructor(@Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig) {
    this.keys = signingKeysOf(config);
  }

  /**
   * If `apps` is a function, it is not called: {@link SessionsService.verify} does that.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  issue(user: Pick<WechatUser, 'id' | 'appid' | 'sessionEpoch'>): IssuedSession {
    const { appid } = user;
    const key = this.keys.signerFor(appid);
    if (key === undefined) throw new WechatAuthError('WX_APP_UNKNOWN');
    const { expiresIn, issuer } = this.config.session;
    const iat = Math.floor(Date.now() / 1000);
    const claims: SessionClaims = {
      iss: issuer,
      aud: appid,
      sub: user.id,
      jti: randomUUID(),
      epoch: user.sessionEpoch,
      iat,
      exp: iat + expiresIn,
    };
    const session = sessionOf(claims);
    return { token: key.sign(claims), expiresIn, expiresAt: session.expiresAt, session };
  }

  /**
   * Accepts only what {@link issue} issues.
   * @throws {@link WechatAuthError} `WX_SESSION_INVALID`, `WX_SESSION_EXPIRED`
   */
  verify(token: unknown): SessionClaims {
    const claims = this.read(token);
    if (isIssuedAhead(claims)) throw new WechatAuthError('WX_SESSION_INVALID');
    return claims;
  }

  /**
   * Accepts what {@link verify} accepts, and a token of an instance whose clock is ahead: only to
   * end its session.
   * @throws {@link WechatAuthError} `WX_SESSION_INVALID`, `WX_SESSION_EXPIRED`
   */
  read(token: unknown): SessionClaims {
    if (!isReadable(token)) throw new WechatAuthError('WX_SESSION_INVALID');
    const remembered = this.#verified.get(token);
    const claims = remembered ?? this.readAnew(token);
    if (claims === undefined) throw new WechatAuthError('WX_SESSION_INVALID');
    if (claims.exp * 1000 <= Date.now()) {
      this.#verified.delete(token);
      throw new WechatAuthError('WX_SESSION_EXPIRED');
    }
    if (remembered === undefined) this.#verified.set(copyOf(token), claims);
    return claims;
  }

  /** The claims of a refused token, if it is one of ours that has expired or is not yet valid. */
  readRefused(token: unknown): SessionClaims | undefined {
    return isReadable(token) ? this.readAnew(token) : undefined;
  }

  private readAnew(token: string): SessionClaims | undefined {
    const signed = this.keys.open(token);
    if (signed === undefined) return undefined;
    const { issuer, expiresIn } = this.config.session;
    return readClaims(signed.payload, { iss: issuer, aud: signed.appid, expiresIn });
  }
}

const isReadable = (token: unknown): token is string =>
  typeof token === 'string' && token.length <= MAX_TOKEN_LENGTH;

/** A copy: a substring would keep the whole `Authorization` header in memory. */
const copyOf = (token: string): string => Buffer.from(token, 'latin1').toString('latin1');
