import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Code2SessionService } from '../wechat/code2session.service.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { UsersService } from '../users/users.service.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from '../config/wechat-auth.config.js';
import { readUserData } from './read-user-data.js';
import type { EncryptedUserData, SignedUserData, WechatWatermark } from './user-data.types.js';

/**
 * Reads what WeChat signed or encrypted with the user's `session_key`.
 *
 * What comes out is user data and never identity: AES-CBC is malleable, so whoever sends the data
 * can flip bits in the first block and the watermark still fits. Who the user is says the session.
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
   * Decrypts data such as `WechatUserInfo`, `WechatPhoneNumber`, `WechatShareInfo` and
   * `WechatRunData`. With a `code` it is exchanged first, and the data are read with the fresh key,
   * which is kept: without it, data are unreadable where the client has called `wx.login` since.
   *
   * @param userId - our id, as the session has it.
   * @throws {@link WechatAuthError} `WX_DATA_UNDECRYPTABLE` whatever is wrong with the data, the
   * key or the user; `WX_STORE_UNAVAILABLE`; with a `code` all that
   * {@link Code2SessionService.exchange} throws
   */
  async decrypt<T extends object>(
    userId: string,
    data: EncryptedUserData,
  ): Promise<T & { watermark: WechatWatermark }> {
    const { appid, sessionKey } = await this.keyFor(userId, data.code);
    const { maxAge } = this.config.userData;
    const userData = readUserData(sessionKey, data, { appid, maxAge });
    if (userData === undefined) throw new WechatAuthError('WX_DATA_UNDECRYPTABLE');
    return userData as T & { watermark: WechatWatermark };
  }

  private async keyFor(
    userId: string,
    code?: string,
  ): Promise<{ appid: string; sessionKey: string }> {
    if (code === undefined) return this.storedKey(userId);
    const user = await this.users.findById(userId);
    if (user === null) throw new WechatAuthError('WX_DATA_UNDECRYPTABLE');
    const fresh = await this.code2Session.exchange(code, user.appid);
    // The code of somebody else must not make their key this user's.
    if (fresh.openid !== user.openid) throw new WechatAuthError('WX_DATA_UNDECRYPTABLE');
    await this.users.storeSessionKey(fresh);
    return fresh;
  }

  private async storedKey(userId: string): Promise<{ appid: string; sessionKey: string }> {
    try {
      return await this.users.getSessionKey(userId);
    } catch (error) {
      const isMissing =
        error instanceof WechatAuthError && error.errorCode === 'WX_SESSION_KEY_INVALID';
      throw isMissing ? new WechatAuthError('WX_DATA_UNDECRYPTABLE') : error;
    }
  }
}
