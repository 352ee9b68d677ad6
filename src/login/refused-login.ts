import { HttpException } from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { WechatUpstreamError } from '../errors/wechat-upstream.error.js';
import type { WechatLoginRefusedEvent } from '../events/wechat-auth-event.js';

/** What is known about a login when it is refused. */
export interface KnownOfLogin {
  appid?: string;
  userId?: string;
}

/** With these, the appid may be any string that a client has sent. */
const APP_UNKNOWN: readonly unknown[] = [
  'WX_CODE_MALFORMED',
  'WX_APP_UNKNOWN',
  'WX_APP_UNAVAILABLE',
];

/** The event of a failed login, without messages, which may contain anything. */
export function refusedLogin(
  error: unknown,
  { appid, userId }: KnownOfLogin,
): Omit<WechatLoginRefusedEvent, 'at'> {
  const { errorCode } = error instanceof WechatAuthError ? error : {};
  const { errcode } = error instanceof WechatUpstreamError ? error : {};
  return {
    type: 'login-refused',
    ...(appid !== undefined && !APP_UNKNOWN.includes(errorCode) && { appid }),
    ...(userId !== undefined && { userId }),
    status: error instanceof HttpException ? error.getStatus() : 500,
    ...(errorCode !== undefined && { errorCode }),
    ...(errcode !== undefined && { errcode }),
  };
}
