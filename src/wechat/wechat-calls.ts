import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isPlainText } from '../common/is-plain-text.js';
import { AccessTokenService } from './access-token.service.js';
import type { ErrcodeMap } from './errcodes.js';
import { isStaleToken } from './refused-credentials.js';
import { unavailable, type WechatAnswer } from './wechat-answer.js';
import { WechatClient, type WechatCall } from './wechat-client.js';

/** A user of one mini program, and the stored `session_key`. */
export interface SessionKeyHolder {
  readonly appid: string;
  readonly openid: string;
  readonly sessionKey: string;
}

const SESSION_KEY_ERRCODES: ErrcodeMap = new Map([[87009, 'WX_SESSION_KEY_INVALID']]);
const PHONE_ERRCODES: ErrcodeMap = new Map([
  [40029, 'WX_PHONE_CODE_INVALID'],
  [40163, 'WX_PHONE_CODE_INVALID'],
]);

/**
 * Calls to WeChat with an access token, by appid and openid. All throw what
 * {@link AccessTokenService.getToken} does.
 */
@Injectable()
export class WechatCalls {
  constructor(
    private readonly accessTokens: AccessTokenService,
    private readonly wechat: WechatClient,
  ) {}

  /** A call with the access token of `appid`, repeated once with a new one if WeChat refuses it. */
  async authorized<T>(appid: string, call: WechatCall<T>): Promise<T> {
    const token = await this.accessTokens.getToken(appid);
    try {
      return await this.wechat.call(withToken(call, token));
    } catch (error) {
      if (!isStaleToken(error)) throw error;
      return this.wechat.call(withToken(call, await this.accessTokens.replace(token, appid)));
    }
  }

  /**
   * Returns if WeChat has the same `session_key`. Source: WeChat, "checkSessionKey".
   * @throws {@link WechatUpstreamError} `WX_SESSION_KEY_INVALID` if it has another one
   */
  async checkSessionKey(holder: SessionKeyHolder): Promise<void> {
    await this.signed('/wxa/checksession', holder, () => undefined);
  }

  /**
   * Replaces the `session_key` and returns the new one. Source: WeChat, "resetUserSessionKey".
   * @throws {@link WechatUpstreamError} `WX_SESSION_KEY_INVALID`
   */
  resetSessionKey(holder: SessionKeyHolder): Promise<string> {
    return this.signed('/wxa/resetusersessionkey', holder, (answer) => {
      const { openid, session_key: sessionKey } = answer;
      if (openid !== holder.openid) throw unavailable('the response is about another openid');
      if (!isPlainText(sessionKey)) throw unavailable('the response has no usable session_key');
      return sessionKey;
    });
  }

  /**
   * The unchecked `phone_info` for a code of the `getPhoneNumber` button. WeChat checks that the code
   * belongs to this openid. Source: WeChat, "getPhoneNumber".
   * @throws {@link WechatUpstreamError} `WX_PHONE_CODE_INVALID`
   */
  getPhoneInfo(appid: string, openid: string, code: string): Promise<unknown> {
    return this.authorized(appid, {
      path: '/wxa/business/getuserphonenumber',
      query: {},
      body: { code, openid },
      secrets: [code],
      errcodes: PHONE_ERRCODES,
      read: (answer) => answer.phone_info,
    });
  }

  /** A call signed with the user's `session_key`. */
  private signed<T>(
    path: string,
    { appid, openid, sessionKey }: SessionKeyHolder,
    read: (answer: WechatAnswer) => T,
  ): Promise<T> {
    // The key is the base64 string itself, the message is empty, the result hexadecimal.
    const signature = createHmac('sha256', sessionKey).update('').digest('hex');
    return this.authorized(appid, {
      path,
      query: { openid, signature, sig_method: 'hmac_sha256' },
      secrets: [sessionKey, signature],
      errcodes: SESSION_KEY_ERRCODES,
      read,
    });
  }
}

const withToken = <T>(call: WechatCall<T>, token: string): WechatCall<T> => ({
  ...call,
  query: { ...call.query, access_token: token },
  secrets: [token, ...call.secrets],
});
