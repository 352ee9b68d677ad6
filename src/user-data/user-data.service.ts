import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Code2SessionService } from '../wechat/code2session.service.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { UsersService, type UserSessionKey } from '../users/users.service.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from '../config/wechat-auth.config.js';
import { readUserData } from './read-user-data.js';
import { assertUserDataKind, isOfKind, type UserDataKind } from './user-data-kinds.js';
import type { EncryptedUserData, SignedUserData, WechatUserDataKinds } from './user-data.types.js';

/**
 * Reads data that WeChat signed or encrypted with the user's `session_key`.
 *
 * **Decrypted data are user data and never identity.** The session says who the user is. WeChat
 * encrypts with AES-CBC without authentication, so a client can change its own data without the key:
 *
 * - It can choose the first 16 bytes of the text with the `iv`.
 * - It can remove blocks of 16 bytes at the start and choose the new first one. `{"phoneNumber":"` has
 *   exactly 16 bytes: the end of a nickname becomes a phone number.
 * - It can replace or join other blocks; the block before them becomes random bytes.
 * - It can send the same data again until they are older than `userData.maxAge`.
 *
 * The watermark remains valid in all of these cases. {@link UserDataService.decrypt} therefore takes
 * the kind of the data and refuses data that do not have exactly its fields, an `openId` of another
 * user, and a phone number that does not match its parts. It cannot detect changes in the first
 * characters of a `nickName` or an `openGId`, changes in free text such as a `nickName`, or old data.
 * For phone numbers use {@link WechatApiService.getPhoneNumber}: it asks WeChat, and each code is
 * valid once.
 *
 * Source: WeChat, "Signature, encryption and decryption of open data".
 *
 * @example
 * \@Post('steps')
 * async steps(@CurrentWxSession() session: WxSession, @Body() body: EncryptedUserData) {
 *   const { stepInfoList } = await this.userData.decrypt(session.userId, body, 'runData');
 *   return stepInfoList;
 * }
 * @publicApi
 */
@Injectable()
export class UserDataService {
  constructor(
    private readonly code2Session: Code2SessionService,
    private readonly users: UsersService,
    @Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig,
  ) {}

  /**
   * Whether WeChat signed `rawData` for this user: `signature` must be
   * `sha1(rawData + session_key)`.
   *
   * @example
   * const isSigned = await userData.verifySignature(session.userId, { rawData, signature });
   * @param userId - the id in the session.
   * @throws {@link WechatAuthError} `WX_SESSION_KEY_INVALID`, `WX_STORE_UNAVAILABLE`
   */
  async verifySignature(userId: string, { rawData, signature }: SignedUserData): Promise<boolean> {
    const { sessionKey } = await this.users.getSessionKey(userId);
    if (typeof rawData !== 'string' || typeof signature !== 'string') return false;
    const expected = createHash('sha1')
      .update(rawData + sessionKey, 'utf8')
      .digest('hex');
    const [a, b] = [Buffer.from(expected), Buffer.from(signature)];
    return a.length === b.length && timingSafeEqual(a, b);
  }

  /**
   * Decrypts data of a kind. A `code` in the data is exchanged first, and its new `session_key` is
   * used and stored. Without a code, decryption fails if the client has called `wx.login` since the
   * last login.
   *
   * @example
   * const { stepInfoList } = await userData.decrypt(session.userId, body, 'runData');
   * @example
   * // Another kind, with a type guard of your own that refuses unknown fields.
   * const isGroup = (data: unknown): data is Group => GroupSchema.safeParse(data).success;
   * const group = await userData.decrypt(session.userId, body, isGroup);
   * @param userId - the id in the session.
   * @throws {@link WechatAuthError} `WX_DATA_UNDECRYPTABLE` for any failure of the data, the key or
   * the user; `WX_STORE_UNAVAILABLE`; with a `code` also as {@link Code2SessionService.exchange}
   * @throws `TypeError` for a kind that does not exist
   */
  decrypt<K extends keyof WechatUserDataKinds>(
    userId: string,
    data: EncryptedUserData,
    kind: K,
  ): Promise<WechatUserDataKinds[K]>;
  decrypt<T>(
    userId: string,
    data: EncryptedUserData,
    isOfThisKind: (data: unknown) => data is T,
  ): Promise<T>;
  decrypt(userId: string, data: EncryptedUserData, kind: UserDataKind): Promise<unknown>;
  async decrypt(userId: string, data: EncryptedUserData, kind: UserDataKind): Promise<unknown> {
    assertUserDataKind(kind);
    const { appid, openid, sessionKey } = await this.keyFor(userId, data.code);
    const { maxAge } = this.config.userData;
    const userData = readUserData(sessionKey, data, { appid, maxAge });
    if (userData === undefined || !isOfKind(kind, userData, openid)) {
      throw new WechatAuthError('WX_DATA_UNDECRYPTABLE');
    }
    return userData;
  }

  private async keyFor(userId: string, code?: string): Promise<UserSessionKey> {
    if (code === undefined) return this.storedKey(userId);
    const user = await this.users.findById(userId);
    if (user === null) throw new WechatAuthError('WX_DATA_UNDECRYPTABLE');
    const fresh = await this.code2Session.exchange(code, user.appid);
    // The code of another user must not replace the key of this one.
    if (fresh.openid !== user.openid) throw new WechatAuthError('WX_DATA_UNDECRYPTABLE');
    await this.users.storeSessionKey(fresh);
    return fresh;
  }

  private async storedKey(userId: string): Promise<UserSessionKey> {
    try {
      return await this.users.getSessionKey(userId);
    } catch (error) {
      const isMissing =
        error instanceof WechatAuthError && error.errorCode === 'WX_SESSION_KEY_INVALID';
      throw isMissing ? new WechatAuthError('WX_DATA_UNDECRYPTABLE') : error;
    }
  }
}
