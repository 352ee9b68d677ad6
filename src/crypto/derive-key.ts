import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Secret } from './secret.js';

/**
 * A 256-bit key from `secret` for one purpose and one context (HKDF-SHA256, RFC 5869). Different
 * purposes and contexts give unrelated keys, so a secret may serve several.
 */
export function deriveKey(secret: Secret | KeyObject, purpose: string, context: string): KeyObject {
  const info = `nestjs-wechat-auth/${purpose}/${context}`;
  const ikm = secret instanceof Secret ? secret.reveal() : secret;
  return createSecretKey(Buffer.from(hkdfSync('sha256', ikm, '', info, 32)));
}
