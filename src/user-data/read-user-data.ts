import { decryptCbc } from './aes-cbc.js';
import type { WechatWatermark } from './user-data.types.js';

/** Data of any kind with their watermark. */
export type UserData = Record<string, unknown> & { watermark: WechatWatermark };

/** What the watermark of the data must be. */
export interface ExpectedUserData {
  readonly appid: string;
  /** Seconds. */
  readonly maxAge: number;
}

/** Seconds by which WeChat's clock may be ahead. */
const CLOCK_SKEW = 60;

const MAX_LENGTH = 64 * 1024;

/**
 * The data that WeChat encrypted with `sessionKey`, or `undefined` for any failure: which check
 * failed would help an attacker.
 */
export function readUserData(
  sessionKey: string,
  { encryptedData, iv }: { encryptedData: unknown; iv: unknown },
  expected: ExpectedUserData,
): UserData | undefined {
  const [key, data, start] = [sessionKey, encryptedData, iv].map(decodeBase64);
  const decrypted = key && data && start && decryptCbc(key, start, data);
  if (!decrypted) return undefined;
  const parsed = parse(decrypted.plaintext);
  // A wrong key passes the padding check once in 256 times, so the content is checked too. The
  // padding is checked last, so that wrong padding takes the same time.
  return isFor(expected, parsed) && decrypted.isPadded ? parsed : undefined;
}

/** Only canonical base64: a `+` that became a space means damaged data. */
function decodeBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function parse(plaintext: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext));
  } catch {
    // The parser's message would quote the data.
    return undefined;
  }
}

function isFor({ appid, maxAge }: ExpectedUserData, data: unknown): data is UserData {
  const { watermark } = (data ?? {}) as { watermark?: Partial<WechatWatermark> | null };
  const age = Date.now() / 1000 - Number(watermark?.timestamp);
  return (
    typeof watermark?.timestamp === 'number' &&
    watermark.appid === appid &&
    age <= maxAge &&
    age >= -CLOCK_SKEW
  );
}
