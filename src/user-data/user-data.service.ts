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
 * Reads what WeChat signed or encrypted with the user's `session_key`.
 *
 * **Decrypted data are user data and never identity.** The session says who the user is. WeChat
 * encrypts with AES-CBC and no authentication, so a client can change its own data without the key:
 *
 * - It can choose the first 16 bytes of the text freely, by the `iv`.
 * - It can leave out blocks of 16 bytes at the front and choose the new first one. `{"phoneNumber":"`
 *   has exactly 16 bytes: the end of a nickname becomes a phone number.
 * - It can replace or join blocks elsewhere, where the block before turns into random bytes.
 * - It can send the same data again, until they are older than `userData.maxAge`.
 *
 * The watermark stays right in all of these cases. {@link UserDataService.decrypt} therefore takes
 * the kind of the data and refuses data that have not exactly its fields, an `openId` of another
 * user, and a phone number that does not agree with its parts. What remains: the first characters
 * of a `nickName` or an `openGId`, texts that may hold anything such as a `nickName`, and old data
 * sent again. For phone numbers use {@link WechatApiService.getPhoneNumber}: it asks WeChat itself,
 * and each code works once.
 *
 * Source: WeChat, "Signature, encryption and decryption of open data".
 */
@Injectable()
export class UserDataService {
  constructor(
    private readonly code2Session: Code2SessionService,
    private readonly users: UsersService,
    @Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig,
  ) {}

  /**
   * Whether `rawData` are what WeChat handed out to this user: `signature` has to be
   * `sha1(rawData + session_key)`.
   *
   * @param userId - our id, as the session has it.
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
   * Decrypts data of a kind. With a `code` it is exchanged first, and the data are read with the
   * fresh key, which is kept: without it, data are unreadable where the client has called
   * `wx.login` since.
   *
   * @example
   * const { stepInfoList } = await userData.decrypt(session.userId, body, 'runData');
   * @example
   * // Of another kind: a check of your own. Let it refuse fields that it does not know.
   * const isGroup = (data: unknown): data is Group => GroupSchema.safeParse(data).success;
   * const group = await userData.decrypt(session.userId, body, isGroup);
   * @param userId - our id, as the session has it.
   * @throws {@link WechatAuthError} `WX_DATA_UNDECRYPTABLE` whatever is wrong with the data, the
   * key or the user; `WX_STORE_UNAVAILABLE`; with a `code` all that
   * {@link Code2SessionService.exchange} throws
   * @throws TypeError for a kind that does not exist
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
    // The code of somebody else must not make their key this user's.
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
