import { hkdfSync, type KeyObject } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';

/** One key that signs and verifies the sessions of one app (RFC 7515, HS256). */
export class SigningKey {
  /** The first segment of every token this key signs, byte for byte. */
  readonly header: string;
  private readonly jwt: JwtService;

  constructor(
    key: KeyObject,
    readonly appid: string,
  ) {
    this.jwt = new JwtService({
      // A KeyObject: jsonwebtoken tries to read strings and buffers as PEM at every call.
      secret: key,
      signOptions: {
        algorithm: 'HS256',
        header: { alg: 'HS256', typ: 'wx-session+jwt', kid: keyId(key) },
      },
      // The caller checks all claims, including the expiry.
      verifyOptions: { algorithms: ['HS256'], ignoreExpiration: true },
    });
    this.header = headerOf(this.jwt.sign({}));
  }

  sign(claims: object): string {
    return this.jwt.sign(claims);
  }

  /** The unchecked payload, or `undefined` if the signature is not by this key. */
  verify(token: string): unknown {
    if (!isCanonical(token)) return undefined;
    try {
      return this.jwt.verify<object>(token);
    } catch {
      // The reason is not returned: it would only help an attacker.
      return undefined;
    }
  }
}

/** The first segment of a token, unchecked. */
export const headerOf = (token: string): string => token.slice(0, token.indexOf('.'));

/** Three segments of canonical base64url (RFC 7515 section 2): one token, one spelling. */
const isCanonical = (token: string): boolean =>
  /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) &&
  token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);

/** Identifies a key without revealing anything about it. */
const keyId = (key: KeyObject): string =>
  Buffer.from(hkdfSync('sha256', key, '', 'nestjs-wechat-auth/kid', 9)).toString('base64url');
