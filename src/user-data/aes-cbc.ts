import { createDecipheriv } from 'node:crypto';

const BLOCK = 16;

/** What a decryption came to. */
export interface Decrypted {
  /** Without its padding, or whole where the padding is wrong. */
  readonly plaintext: Buffer;
  /** Whether the padding is right (PKCS#7, RFC 5652 section 6.3). */
  readonly isPadded: boolean;
}

/**
 * AES-128-CBC. A wrong padding is told and not thrown, so that a caller can go on as with any
 * other plaintext: whoever can tell a wrong padding by its time can read the data.
 *
 * @returns `undefined` where a length is wrong, which the sender can see as well.
 */
export function decryptCbc(key: Buffer, iv: Buffer, data: Buffer): Decrypted | undefined {
  if (key.length !== 16 || iv.length !== BLOCK) return undefined;
  if (data.length === 0 || data.length % BLOCK !== 0) return undefined;
  const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(data), decipher.final()]);
  const length = padded.at(-1) ?? 0;
  let wrong = Number(length < 1) | Number(length > BLOCK);
  // All bytes of the last block are looked at, however many the padding claims.
  for (let i = 1; i <= BLOCK; i++) {
    wrong |= Number(i <= length) & Number(padded.at(-i) !== length);
  }
  const isPadded = wrong === 0;
  // No branch here either.
  return { plaintext: padded.subarray(0, padded.length - length * Number(isPadded)), isPadded };
}
