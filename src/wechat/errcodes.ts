import type { WechatAuthErrorCode } from '../errors/error-codes.js';

/** The error codes of the library by errcode. */
export type ErrcodeMap = ReadonlyMap<number, WechatAuthErrorCode>;

/** WeChat's errcodes that clients must handle differently. */
const ERRCODES: ErrcodeMap = new Map([
  [-1, 'WX_UPSTREAM_BUSY'],
  [40029, 'WX_CODE_INVALID'],
  [40163, 'WX_CODE_USED'],
  [40226, 'WX_USER_BLOCKED'],
  [45011, 'WX_RATE_LIMITED'],
  [45009, 'WX_QUOTA_EXCEEDED'],
  [40013, 'WX_APP_MISCONFIGURED'],
  [40125, 'WX_APP_MISCONFIGURED'],
  [41002, 'WX_APP_MISCONFIGURED'],
  [41004, 'WX_APP_MISCONFIGURED'],
  [40164, 'WX_APP_MISCONFIGURED'],
  [40243, 'WX_APP_MISCONFIGURED'],
  [41021, 'WX_APP_MISCONFIGURED'],
  [61003, 'WX_APP_MISCONFIGURED'],
]);

/** What an operator must do about an errcode. */
const REMEDIES: ReadonlyMap<number, string> = new Map([
  [40013, 'The appid is wrong: compare it with the console of the mini program.'],
  [40125, 'The AppSecret is wrong or was reset: copy it from the console of the mini program.'],
  [41002, 'WeChat got no appid: check wechat.baseUrl and the proxies behind it.'],
  [41004, 'WeChat got no AppSecret: check wechat.baseUrl and the proxies behind it.'],
  [40164, "This server's IP is not on the allow list of the mini program: add it in the console."],
  [41021, 'WeChat got no component_access_token: check wechat.baseUrl and the proxies behind it.'],
  [61003, 'The mini program has not authorised your third-party platform, or no longer does.'],
  [40243, 'The AppSecret is frozen: unfreeze it in the console of the mini program.'],
  [45009, 'The daily quota is used up: raise or clear it in the console of the mini program.'],
]);

/** The error code of the library for an errcode. */
export const errorCodeOf = (errcode: number): WechatAuthErrorCode =>
  ERRCODES.get(errcode) ?? 'WX_UPSTREAM_ERROR';

/** The remedy to log with an errcode, or an empty string. */
export const remedyOf = (errcode: number | undefined): string => REMEDIES.get(errcode ?? 0) ?? '';
