import type { KeyObject } from 'node:crypto';
import { hkdfSync } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { deriveKey } from '../crypto/derive-key.js';
import type { Secret } from '../crypto/secret.js';

/** One key that signs and verifies the sessions of one app (RFC 7515, HS256). */
export class SigningKey {
  /** The first segment of every token this key signs, byte for byte. */
  readonly header: string;
  private readonly jwt: JwtService;

  constructor(
    secret: Secret,
    readonly appid: string,
  ) {
    const key = deriveKey(secret, 'session', appid);
    this.jwt = new JwtService({
      // A KeyObject: jsonwebtoken tries to read strings and buffers as PEM at every call.
      secret: key,
      signOptions: {
        algorithm: 'HS256',
        header: { alg: 'HS256', typ: 'wx-session+jwt', kid: keyId(key) },
      },
      // The caller checks all claims, the expiry among them.
      verifyOptions: { algorithms: ['HS256'], ignoreExpiration: true },
    });
    this.header = this.headerOf(this.jwt.sign({}));
  }

  sign(claims: object): string {
    return this.jwt.sign(claims);
  }

  /** @returns the payload, unchecked. @throws where the signature is not ours. */
  verify(token: string): unknown {
    return this.jwt.verify<object>(token);
  }

  private headerOf(token: string): string {
    return token.slice(0, token.indexOf('.'));
  }
}

/** Names a key without telling anything of it. */
const keyId = (key: KeyObject): string =>
  Buffer.from(hkdfSync('sha256', key, '', 'nestjs-wechat-auth/kid', 9)).toString('base64url');
