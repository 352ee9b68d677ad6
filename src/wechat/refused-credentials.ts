import { WechatUpstreamError } from '../errors/wechat-upstream.error.js';

/** The access token is invalid or has expired. */
const STALE_TOKEN = [40001, 40014, 42001];

/** The AppSecret is wrong, or was reset. */
const WRONG_SECRET = 40125;

const errcodeOf = (error: unknown): number =>
  error instanceof WechatUpstreamError ? (error.errcode ?? 0) : 0;

/** Whether WeChat refused a call because of its access token, without any effect. */
export const isStaleToken = (error: unknown): boolean => STALE_TOKEN.includes(errcodeOf(error));

/** Whether WeChat refused a call because of its AppSecret, without any effect. */
export const isWrongSecret = (error: unknown): boolean => errcodeOf(error) === WRONG_SECRET;
