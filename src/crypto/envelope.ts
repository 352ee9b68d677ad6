import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const VERSION = 1;
const KEY_ID = 4;
const NONCE = 12;
const TAG = 16;
const HEADER = 1 + KEY_ID + NONCE + TAG;

/**
 * Encrypts short strings at rest: AES-256-GCM with a random nonce, bound to the row they belong to.
 *
 * An envelope is `version (1 byte) | key id (4) | nonce (12) | tag (16) | ciphertext`.
 */
export class Envelope {
  private readonly keys: readonly { id: Buffer; key: KeyObject }[];

  /** @param keys - the first encrypts, all decrypt. */
  constructor(keys: readonly KeyObject[]) {
    this.keys = keys.map((key) => ({
      id: Buffer.from(hkdfSync('sha256', key, '', 'nestjs-wechat-auth/key-id', KEY_ID)),
      key,
    }));
  }

  /** @param row - what identifies the row; {@link open} needs the same. */
  seal(text: string, row: readonly string[]): Buffer {
    const [current] = this.keys;
    if (current === undefined) throw new TypeError('An envelope needs at least one key.');
    const nonce = randomBytes(NONCE);
    const name = nameOf(row);
    const cipher = createCipheriv('aes-256-gcm', rowKey(current.key, name), nonce);
    cipher.setAAD(name);
    const ciphertext = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), current.id, nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** The string, or `undefined` if no key decrypts it: another key, another row, or damaged data. */
  open(envelope: Buffer, row: readonly string[]): string | undefined {
    if (envelope.length < HEADER || envelope[0] !== VERSION) return undefined;
    const name = nameOf(row);
    const [id, nonce, tag] = [
      envelope.subarray(1, 1 + KEY_ID),
      envelope.subarray(1 + KEY_ID, 1 + KEY_ID + NONCE),
      envelope.subarray(HEADER - TAG, HEADER),
    ];
    for (const { key } of this.keys.filter((candidate) => candidate.id.equals(id))) {
      const decipher = createDecipheriv('aes-256-gcm', rowKey(key, name), nonce, {
        authTagLength: TAG,
      });
      decipher.setAAD(name).setAuthTag(tag);
      try {
        const text = [decipher.update(envelope.subarray(HEADER)), decipher.final()];
        return Buffer.concat(text).toString();
      } catch {
        // GCM gives no reason for a failure.
      }
    }
    return undefined;
  }
}

/**
 * One key for each row (HMAC as a PRF, NIST SP 800-108): random nonces are safe for 2^32 messages
 * under one key (NIST SP 800-38D section 8.3), which a hundred million users would exceed in weeks.
 */
const rowKey = (key: KeyObject, row: Buffer): Buffer =>
  createHmac('sha256', key).update(row).digest();

// JSON keeps the parts apart: ["a","bc"] and ["ab","c"] are different rows.
const nameOf = (row: readonly string[]): Buffer => Buffer.from(JSON.stringify(row));
