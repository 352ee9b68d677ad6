import { describe, expect, it } from '@jest/globals';
import { WechatAuthConfigError } from './wechat-auth-config.error.js';

describe('WechatAuthConfigError', () => {
  it('lists all problems, one on each line', () => {
    const error = new WechatAuthConfigError(['appid is missing.', 'secret is missing.']);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('WechatAuthConfigError');
    expect(error.problems).toEqual(['appid is missing.', 'secret is missing.']);
    expect(error.message.split('\n')).toEqual([
      expect.stringContaining('WechatAuthModule'),
      '- appid is missing.',
      '- secret is missing.',
    ]);
  });
});
