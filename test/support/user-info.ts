import type { WechatUserInfo } from '../../src/index.js';

/** What WeChat encrypts for `wx.getUserInfo`, without the watermark. */
export const userInfo = (
  more: { [K in keyof WechatUserInfo]?: unknown } = {},
): Record<string, unknown> => ({
  ...('openId' in more && { openId: more.openId }),
  nickName: 'Band',
  gender: 1,
  language: 'zh_CN',
  city: 'Guangzhou',
  province: 'Guangdong',
  country: 'CN',
  avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/0',
  ...more,
});
