import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Secret } from '../config/secret.js';

/**
 * A 256-bit key from `secret` for one purpose and one context (HKDF-SHA256, RFC 5869). Different
 * purposes and contexts give unrelated keys, so a secret may serve several.
 */
export function deriveKey(secret: Secret, purpose: string, context: string): KeyObject {
  const info = `nestjs-wechat-auth/${purpose}/${context}`;
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret.reveal(), '', info, 32)));
}
