import { createHmac, createSecretKey, randomUUID, type KeyObject } from 'node:crypto';
import { deriveKey } from '../../src/crypto/derive-key.js';
import { Secret } from '../../src/config/secret.js';
import { APPID, SECRET } from './app.js';

export const base64url = (data: string | Buffer): string => Buffer.from(data).toString('base64url');

export const json = (value: unknown): string => base64url(JSON.stringify(value));

/** The key that the server signs with. */
export const ourKey = (appid = APPID, secret = SECRET): KeyObject =>
  deriveKey(new Secret(secret), 'session', appid);

export const hmac = (input: string, key: KeyObject | string | Buffer, hash = 'sha256'): string =>
  createHmac(hash, typeof key === 'object' && 'type' in key ? key : createSecretKey(key as Buffer))
    .update(input)
    .digest('base64url');

/** A token of these two segments, signed with the key of the server by default. */
export const signed = (
  header: string,
  payload: string,
  key: KeyObject | Buffer = ourKey(),
): string => `${header}.${payload}.${hmac(`${header}.${payload}`, key)}`;

/** The claims of a token that the server would issue now. */
export const claims = (userId: string, more: Record<string, unknown> = {}): object => {
  const iat = Math.floor(Date.now() / 1000);
  return {
    iss: 'nestjs-wechat-auth',
    aud: APPID,
    sub: userId,
    jti: randomUUID(),
    epoch: 0,
    iat,
    exp: iat + 7200,
    ...more,
  };
};
