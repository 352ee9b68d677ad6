import { createDecipheriv } from 'node:crypto';

const BLOCK = 16;

/** The result of a decryption. */
export interface Decrypted {
  /** Without the padding; if the padding is wrong, all of it. */
  readonly plaintext: Buffer;
  /** Whether the padding is correct (PKCS#7, RFC 5652 section 6.3). */
  readonly isPadded: boolean;
}

/**
 * AES-128-CBC. A wrong padding is returned and not thrown, so that the caller takes the same time: a
 * client that can measure whether the padding is wrong can decrypt the data (padding oracle).
 *
 * @returns `undefined` if a length is wrong, which the sender knows too.
 */
export function decryptCbc(key: Buffer, iv: Buffer, data: Buffer): Decrypted | undefined {
  if (key.length !== 16 || iv.length !== BLOCK) return undefined;
  if (data.length === 0 || data.length % BLOCK !== 0) return undefined;
  const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(data), decipher.final()]);
  const length = padded.at(-1) ?? 0;
  let wrong = Number(length < 1) | Number(length > BLOCK);
  // Constant time: always reads all bytes of the last block.
  for (let i = 1; i <= BLOCK; i++) {
    wrong |= Number(i <= length) & Number(padded.at(-i) !== length);
  }
  const isPadded = wrong === 0;
  // Constant time: no branch.
  return { plaintext: padded.subarray(0, padded.length - length * Number(isPadded)), isPadded };
}
