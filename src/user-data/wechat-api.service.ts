import { Injectable } from '@nestjs/common';
import { isCode } from '../common/is-code.js';
import { isPlainText } from '../common/is-plain-text.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { UsersService } from '../users/users.service.js';
import { unavailable, type WechatAnswer } from '../wechat/wechat-answer.js';
import { WechatCalls } from '../wechat/wechat-calls.js';
import { isRecord } from '../common/is-record.js';
import type { WechatPhoneNumber } from './user-data.types.js';

/**
 * A call to WeChat's API, such as `{ path: '/wxa/msg_sec_check', body: { … } }`.
 * @publicApi
 */
export interface WechatApiRequest {
  /** Starts with a slash. */
  path: string;
  /** Without the access token. */
  query?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without it the call is a GET. */
  body?: object;
}

/**
 * Calls to WeChat that need an access token. All may throw {@link WechatUpstreamError}, and
 * {@link WechatAuthError} `WX_APP_UNAVAILABLE`, `WX_STORE_UNAVAILABLE` and, if 100 calls are in
 * progress and 1,000 wait, `WX_BUSY`.
 *
 * @example
 * \@Post('phone')
 * phone(@CurrentWxSession('userId') userId: string, @Body('code') code: string) {
 *   return this.wechatApi.getPhoneNumber(userId, code);
 * }
 * @publicApi
 */
@Injectable()
export class WechatApiService {
  constructor(
    private readonly users: UsersService,
    private readonly calls: WechatCalls,
  ) {}

  /**
   * Makes any call of WeChat's API that returns JSON, with the access token of a mini program, within
   * `wechat.timeout`. If WeChat refuses the token, the call is repeated once with a new one.
   *
   * @example
   * const { result } = await wechatApi.request(user.appid, {
   *   path: '/wxa/msg_sec_check',
   *   body: { version: 2, scene: 2, openid: user.openid, content },
   * });
   * @returns WeChat's JSON, if its `errcode` is 0 or absent.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   * @throws {@link WechatUpstreamError} with `errcode`, `errmsg` and `rid` for any other errcode
   * @throws `TypeError` for a path that does not start with one slash, or has a query
   */
  async request(
    appid: string,
    { path, query = {}, body }: WechatApiRequest,
  ): Promise<WechatAnswer> {
    // Anything else could send the access token to another host, or change the query.
    if (!/^(\/[\w.-]+)+$/.test(path)) {
      throw new TypeError('The path must look like /wxa/msg_sec_check, without a query.');
    }
    return this.calls.authorized(appid, {
      path,
      query,
      ...(body && { body }),
      secrets: [],
      read: (answer) => answer,
    });
  }

  /**
   * Whether the stored `session_key` is still the one of WeChat. Source: WeChat, "checkSessionKey".
   *
   * @example
   * const isCurrent = await wechatApi.checkSessionKey(session.userId);
   * @param userId - the id in the session.
   */
  async checkSessionKey(userId: string): Promise<boolean> {
    try {
      await this.calls.checkSessionKey(await this.users.getSessionKey(userId));
      return true;
    } catch (error) {
      if (error instanceof WechatAuthError && error.errorCode === 'WX_SESSION_KEY_INVALID') {
        return false;
      }
      throw error;
    }
  }

  /**
   * Makes WeChat issue a new `session_key` for the user, and stores it. Data encrypted with the old
   * one can no longer be decrypted. Source: WeChat, "resetUserSessionKey".
   *
   * @example
   * await wechatApi.resetSessionKey(session.userId);
   * @param userId - the id in the session.
   * @throws {@link WechatAuthError} `WX_SESSION_KEY_INVALID`
   */
  async resetSessionKey(userId: string): Promise<void> {
    const holder = await this.users.getSessionKey(userId);
    const exchangedAt = performance.now();
    const sessionKey = await this.calls.resetSessionKey(holder);
    await this.users.storeSessionKey({ ...holder, sessionKey, exchangedAt });
  }

  /**
   * Returns the phone number for a code of the `getPhoneNumber` button. Source: WeChat,
   * "getPhoneNumber".
   *
   * @example
   * const { purePhoneNumber, countryCode } = await wechatApi.getPhoneNumber(session.userId, code);
   * @param userId - the id in the session: WeChat checks that the code belongs to this user.
   * @param code - from the button, not from `wx.login`: valid once, for five minutes.
   * @throws {@link WechatAuthError} `WX_CODE_MALFORMED`, `WX_PHONE_CODE_INVALID`,
   * `WX_SESSION_REVOKED` if the user was removed
   */
  async getPhoneNumber(userId: string, code: string): Promise<WechatPhoneNumber> {
    if (!isCode(code)) throw new WechatAuthError('WX_CODE_MALFORMED');
    const user = await this.users.findById(userId);
    if (user === null) throw new WechatAuthError('WX_SESSION_REVOKED');
    const { appid, openid } = user;
    return readPhoneInfo(await this.calls.getPhoneInfo(appid, openid, code), appid);
  }
}

function readPhoneInfo(info: unknown, ofAppid: string): WechatPhoneNumber {
  const { phoneNumber, purePhoneNumber, countryCode, watermark } = isRecord(info) ? info : {};
  const { appid, timestamp } = isRecord(watermark) ? watermark : {};
  if (!isPlainText(phoneNumber) || !isPlainText(purePhoneNumber)) {
    throw unavailable('the response has no usable phone number');
  }
  // WeChat documents it as a string in one place and as a number in another.
  if (typeof countryCode !== 'string' && typeof countryCode !== 'number') {
    throw unavailable('the response has no usable countryCode');
  }
  if (appid !== ofAppid || typeof timestamp !== 'number') {
    throw unavailable('the watermark of the response is of another app');
  }
  return {
    phoneNumber,
    purePhoneNumber,
    countryCode: String(countryCode),
    watermark: { appid: ofAppid, timestamp },
  };
}
