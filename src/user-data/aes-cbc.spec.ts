import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decryptCbc } from './aes-cbc.js';

const BLOCK = 16;
const [key, iv] = [randomBytes(BLOCK), randomBytes(BLOCK)];

/** Encrypts whole blocks without padding. */
function encryptBlocks(blocks: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

/** The result of OpenSSL; `undefined` if the padding is wrong. */
function decryptWithOpenSsl(data: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-128-cbc', key, iv);
  try {
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The last bytes of a text, many of them a valid or almost valid padding. */
const endings = fc.oneof(
  fc.integer({ min: 0, max: 18 }).map((n) => Buffer.alloc(BLOCK, n)),
  fc
    .tuple(
      fc.integer({ min: 1, max: BLOCK }),
      fc.uint8Array({ minLength: BLOCK, maxLength: BLOCK }),
    )
    .map(([n, bytes]) => Buffer.concat([Buffer.from(bytes).subarray(n), Buffer.alloc(n, n)])),
  fc
    .tuple(fc.integer({ min: 1, max: BLOCK }), fc.integer({ min: 0, max: BLOCK - 1 }))
    .map(([n, place]) => {
      const bytes = Buffer.alloc(BLOCK, n);
      bytes[place] = n + 1;
      return bytes;
    }),
  fc.uint8Array({ minLength: BLOCK, maxLength: BLOCK }).map((bytes) => Buffer.from(bytes)),
);

describe('decryptCbc', () => {
  it.each(Array.from({ length: 2 * BLOCK + 1 }, (_, length) => length))(
    'decrypts a text of %i bytes',
    (length) => {
      const plaintext = randomBytes(length);
      const cipher = createCipheriv('aes-128-cbc', key, iv);
      const data = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      expect(decryptCbc(key, iv, data)).toEqual({ plaintext, isPadded: true });
    },
  );

  it('accepts the same paddings as OpenSSL, and keeps the bytes of a wrong one', () => {
    fc.assert(
      fc.property(endings, fc.boolean(), (ending, isLonger) => {
        const blocks = isLonger ? Buffer.concat([randomBytes(BLOCK), ending]) : ending;
        const data = encryptBlocks(blocks);
        const plaintext = decryptWithOpenSsl(data);
        expect(decryptCbc(key, iv, data)).toEqual({
          plaintext: plaintext ?? blocks,
          isPadded: plaintext !== undefined,
        });
      }),
      { numRuns: 1000 },
    );
  });

  it.each([0, 15, 17, 24, 32])('takes no key and no iv of %i bytes', (length) => {
    const data = randomBytes(BLOCK);
    expect(decryptCbc(randomBytes(length), iv, data)).toBeUndefined();
    expect(decryptCbc(key, randomBytes(length), data)).toBeUndefined();
  });

  it.each([0, 1, 15, 17, 31])('takes no data of %i bytes', (length) => {
    expect(decryptCbc(key, iv, randomBytes(length))).toBeUndefined();
  });
});
