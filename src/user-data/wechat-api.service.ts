import { Injectable } from '@nestjs/common';
import { isCode } from '../common/is-code.js';
import { isPlainText } from '../common/is-plain-text.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { UsersService } from '../users/users.service.js';
import { unavailable, type WechatAnswer } from '../wechat/wechat-answer.js';
import { WechatCalls } from '../wechat/wechat-calls.js';
import { isRecord } from '../common/is-record.js';
import type { WechatPhoneNumber } from './user-data.types.js';

/** A call to WeChat's API, such as `{ path: '/wxa/msg_sec_check', body: { … } }`. */
export interface WechatApiRequest {
  /** Starts with a slash. */
  path: string;
  /** Without the access token. */
  query?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without it the call is a GET. */
  body?: object;
}

/**
 * The calls to WeChat that need an access token. All may throw {@link WechatUpstreamError} and
 * {@link WechatAuthError} `WX_STORE_UNAVAILABLE`, and `WX_BUSY` where 100 calls are under way and
 * 1,000 wait.
 * @publicApi
 */
@Injectable()
export class WechatApiService {
  constructor(
    private readonly users: UsersService,
    private readonly calls: WechatCalls,
  ) {}

  /**
   * Any call of WeChat's API that returns JSON, with the access token of a mini program: within `wechat.timeout`, and
   * repeated once with a new token where WeChat refuses the one we had.
   *
   * @example
   * const { result } = await wechatApi.request(user.appid, {
   *   path: '/wxa/msg_sec_check',
   *   body: { version: 2, scene: 2, openid: user.openid, content },
   * });
   * @returns WeChat's JSON as it is, when its `errcode` is 0 or absent.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   * @throws {@link WechatUpstreamError} with `errcode`, `errmsg` and `rid` for any other errcode
   * @throws TypeError for a path that does not start with one slash, or has a query
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
   * Whether the `session_key` we have is the one that WeChat has. Source: WeChat, "checkSessionKey".
   * @param userId - our id, as the session has it.
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
   * Lets WeChat make a new `session_key` for the user and stores it: data encrypted with the old one
   * can no longer be read. Source: WeChat, "resetUserSessionKey".
   *
   * @param userId - our id, as the session has it.
   * @throws {@link WechatAuthError} `WX_SESSION_KEY_INVALID`
   */
  async resetSessionKey(userId: string): Promise<void> {
    const holder = await this.users.getSessionKey(userId);
    const exchangedAt = performance.now();
    const sessionKey = await this.calls.resetSessionKey(holder);
    await this.users.storeSessionKey({ ...holder, sessionKey, exchangedAt });
  }

  /**
   * The phone number behind a code of the `getPhoneNumber` button. Source: WeChat, "getPhoneNumber".
   *
   * @param userId - our id, as the session has it: WeChat checks that the code is of this user.
   * @param code - from the button, not from `wx.login`: one use, five minutes.
   * @throws {@link WechatAuthError} `WX_CODE_MALFORMED`, `WX_PHONE_CODE_INVALID`,
   * `WX_SESSION_REVOKED` where the user is gone
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
