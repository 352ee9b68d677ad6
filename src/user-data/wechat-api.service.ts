import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isCode } from '../common/is-code.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { WechatUpstreamError } from '../errors/wechat-upstream.error.js';
import type { WechatPhoneNumber, WechatWatermark } from './user-data.types.js';
import { UsersService, type UserSessionKey } from '../users/users.service.js';
import { unavailable, type WechatAnswer } from '../wechat/wechat-answer.js';
import type { ErrcodeMap } from '../wechat/errcodes.js';
import { WechatClient, type WechatCall } from '../wechat/wechat-client.js';
import { isPlainText } from '../common/is-plain-text.js';
import { AccessTokenService } from '../wechat/access-token.service.js';

/** The token is not, or no longer, valid. */
const STALE_TOKEN = [40001, 40014, 42001];

const SESSION_KEY_ERRCODES: ErrcodeMap = new Map([[87009, 'WX_SESSION_KEY_INVALID']]);

const PHONE_ERRCODES: ErrcodeMap = new Map([
  [40029, 'WX_PHONE_CODE_INVALID'],
  [40163, 'WX_PHONE_CODE_INVALID'],
]);

/**
 * The calls to WeChat that need an access token. All may throw {@link WechatUpstreamError} and
 * {@link WechatAuthError} `WX_STORE_UNAVAILABLE`.
 */
@Injectable()
export class WechatApiService {
  constructor(
    private readonly accessTokens: AccessTokenService,
    private readonly users: UsersService,
    private readonly wechat: WechatClient,
  ) {}

  /**
   * Whether the `session_key` we have is the one that WeChat has. Source: WeChat, "checkSessionKey".
   * @param userId - our id, as the session has it.
   */
  async checkSessionKey(userId: string): Promise<boolean> {
    try {
      const owner = await this.users.getSessionKey(userId);
      await this.callSigned('/wxa/checksession', owner, () => undefined);
      return true;
    } catch (error) {
      if (error instanceof WechatAuthError && error.errorCode === 'WX_SESSION_KEY_INVALID') {
        return false;
      }
      throw error;
    }
  }

  /**
   * Lets WeChat make a new `session_key` for the user and keeps it: data encrypted with the old one
   * can no longer be read. Source: WeChat, "resetUserSessionKey".
   *
   * @param userId - our id, as the session has it.
   * @throws {@link WechatAuthError} `WX_SESSION_KEY_INVALID`
   */
  async resetSessionKey(userId: string): Promise<void> {
    const owner = await this.users.getSessionKey(userId);
    const exchangedAt = performance.now();
    const sessionKey = await this.callSigned('/wxa/resetusersessionkey', owner, (answer) =>
      readSessionKey(answer, owner.openid),
    );
    await this.users.storeSessionKey({ ...owner, sessionKey, exchangedAt });
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
    return this.call(appid, {
      path: '/wxa/business/getuserphonenumber',
      query: {},
      body: { code, openid },
      secrets: [code],
      errcodes: PHONE_ERRCODES,
      read: (answer) => readPhoneNumber(answer, appid),
    });
  }

  /** A call that proves to WeChat that we have the user's `session_key`. */
  private callSigned<T>(
    path: string,
    { appid, openid, sessionKey }: UserSessionKey,
    read: (answer: WechatAnswer) => T,
  ): Promise<T> {
    // The key is the base64 text as it is, the message empty, the result hexadecimal.
    const signature = createHmac('sha256', sessionKey).update('').digest('hex');
    return this.call(appid, {
      path,
      query: { openid, signature, sig_method: 'hmac_sha256' },
      secrets: [sessionKey, signature],
      errcodes: SESSION_KEY_ERRCODES,
      read,
    });
  }

  /** A call with an access token, repeated once with another where WeChat refuses the first. */
  private async call<T>(appid: string, call: WechatCall<T>): Promise<T> {
    const token = await this.accessTokens.getToken(appid);
    try {
      return await this.wechat.call(authorized(call, token));
    } catch (error) {
      if (!(error instanceof WechatUpstreamError && STALE_TOKEN.includes(error.errcode ?? 0))) {
        throw error;
      }
      return this.wechat.call(authorized(call, await this.accessTokens.replace(token, appid)));
    }
  }
}

const authorized = <T>(call: WechatCall<T>, token: string): WechatCall<T> => ({
  ...call,
  query: { access_token: token, ...call.query },
  secrets: [token, ...call.secrets],
});

function readSessionKey(answer: WechatAnswer, ofOpenid: string): string {
  const { openid, session_key: sessionKey } = answer;
  if (openid !== ofOpenid) throw unavailable('the answer is about another openid');
  if (!isPlainText(sessionKey)) throw unavailable('the answer has no usable session_key');
  return sessionKey;
}

function readPhoneNumber(answer: WechatAnswer, ofAppid: string): WechatPhoneNumber {
  const info = (answer.phone_info ?? {}) as Record<string, unknown>;
  const { phoneNumber, purePhoneNumber, countryCode, watermark } = info;
  const { appid, timestamp } = (watermark ?? {}) as Partial<WechatWatermark>;
  if (!isPlainText(phoneNumber) || !isPlainText(purePhoneNumber)) {
    throw unavailable('the answer has no usable phone number');
  }
  // WeChat documents it as a text in one place and as a number in another.
  if (typeof countryCode !== 'string' && typeof countryCode !== 'number') {
    throw unavailable('the answer has no usable countryCode');
  }
  if (appid !== ofAppid || typeof timestamp !== 'number') {
    throw unavailable('the watermark of the answer is of another app');
  }
  return {
    phoneNumber,
    purePhoneNumber,
    countryCode: String(countryCode),
    watermark: { appid, timestamp },
  };
}
