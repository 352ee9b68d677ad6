import { createCipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Signed and encrypted data as the mini program receives them from WeChat and sends to its server.
 * @publicApi
 */
export interface SandboxUserData {
  /** The data without the watermark, as JSON. */
  rawData: string;
  /** `sha1(rawData + session_key)` in hexadecimal. */
  signature: string;
  encryptedData: string;
  iv: string;
}

/** Signs and encrypts data as WeChat does: AES-128-CBC, PKCS#7, with a watermark. */
export function encryptUserData(data: object, sessionKey: string, appid: string): SandboxUserData {
  const rawData = JSON.stringify(data);
  const watermark = { timestamp: Math.floor(Date.now() / 1000), appid };
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(sessionKey, 'base64'), iv);
  const plaintext = JSON.stringify({ ...data, watermark });
  return {
    rawData,
    signature: createHash('sha1')
      .update(rawData + sessionKey)
      .digest('hex'),
    encryptedData: Buffer.concat([cipher.update(plaintext), cipher.final()]).toString('base64'),
    iv: iv.toString('base64'),
  };
}
