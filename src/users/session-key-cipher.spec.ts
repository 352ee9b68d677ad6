import { describe, expect, it } from '@jest/globals';
import { resolveConfig } from '../config/wechat-auth.config.js';
import type { WechatAuthOptions } from '../config/wechat-auth.options.js';
import { SessionKeyCipher } from './session-key-cipher.js';

const [SECRET, OTHER] = ['c4c1f5d0a2b3948576e0f1d2c3b4a596', 'd4c1f5d0a2b3948576e0f1d2c3b4a596'];
const owner = { appid: 'wx1', openid: 'o-1' };

const cipherWith = (
  encryptionSecret?: string | string[],
  apps: WechatAuthOptions['apps'] = [
    { appid: 'wx1', secret: SECRET },
    { appid: 'wx2', secret: SECRET },
  ],
): SessionKeyCipher => {
  const config = resolveConfig({
    apps,
    ...(encryptionSecret !== undefined && { encryptionSecret }),
  });
  return new SessionKeyCipher(config);
};

describe('SessionKeyCipher', () => {
  it('decrypts what it encrypted, on any instance with the same configuration', () => {
    const sealed = cipherWith().seal('the key', owner);
    expect(cipherWith().open(sealed, owner)).toBe('the key');
    expect(sealed.toString('latin1')).not.toContain('the key');
  });

  it.each([
    ['of another user', { ...owner, openid: 'o-2' }],
    ['of another app', { ...owner, appid: 'wx2' }],
    ['of an unknown app', { ...owner, appid: 'wx3' }],
  ])('does not decrypt in the row %s', (_, other) => {
    const cipher = cipherWith();
    expect(cipher.open(cipher.seal('the key', owner), other)).toBeUndefined();
  });

  it('does not encrypt for an unknown app', () => {
    expect(() => cipherWith().seal('the key', { ...owner, appid: 'wx3' })).toThrow(
      expect.objectContaining({ errorCode: 'WX_APP_UNKNOWN' }),
    );
  });

  it('uses the AppSecret only if no encryptionSecret is set', () => {
    const derived = cipherWith().seal('the key', owner);
    expect(cipherWith(OTHER).open(derived, owner)).toBeUndefined();
    expect(cipherWith([OTHER, SECRET]).open(derived, owner)).toBe('the key');
    const own = cipherWith(OTHER).seal('the key', owner);
    expect(cipherWith().open(own, owner)).toBeUndefined();
  });

  it('opens what earlier releases have sealed', () => {
    const sealed = Buffer.from(
      'AbNB8C6A3a4yDZzmMNxbXe+iNYjQB4LaMJR/fAAuxp1WSvxZlZOkAg==',
      'base64',
    );
    expect(cipherWith().open(sealed, owner)).toBe('the key');
  });

  it('encrypts with the first secret and decrypts with all', () => {
    const before = cipherWith(OTHER).seal('the key', owner);
    const rotated = cipherWith([SECRET, OTHER]);
    expect(rotated.open(before, owner)).toBe('the key');
    expect(cipherWith(OTHER).open(rotated.seal('the key', owner), owner)).toBeUndefined();
    expect(cipherWith(SECRET).open(rotated.seal('the key', owner), owner)).toBe('the key');
  });
});
