import type { SandboxUserData } from '../../src/testing/index.js';

const BLOCK = 16;

/** What an attacker sends. */
interface Forged {
  readonly encryptedData: string;
  readonly iv: string;
}

/**
 * What an attacker can do to its own data without the key: removes blocks at the start, and
 * replaces the next one by `text`. CBC combines the decrypted block with the
 * block before it, or with the iv. The attacker knows the text, and so can choose the iv.
 *
 * @param dropped - the number of removed blocks.
 */
export function withFirstBlock(
  { encryptedData, iv, rawData }: SandboxUserData,
  text: string,
  dropped = 0,
): Forged {
  const [data, chosen] = [Buffer.from(encryptedData, 'base64'), Buffer.from(text)];
  if (chosen.length !== BLOCK) throw new RangeError('A block has 16 bytes.');
  const plain = Buffer.from(plaintextOf(rawData));
  const start = dropped * BLOCK;
  const before = dropped === 0 ? Buffer.from(iv, 'base64') : data.subarray(start - BLOCK, start);
  const newIv = chosen.map((byte, i) => byte ^ plain.readUInt8(start + i) ^ before.readUInt8(i));
  return {
    encryptedData: data.subarray(start).toString('base64'),
    iv: Buffer.from(newIv).toString('base64'),
  };
}

/** The encrypted text up to its watermark. */
export const plaintextOf = (rawData: string): string =>
  `${rawData.slice(0, -1)},"watermark":{"timestamp":`;
