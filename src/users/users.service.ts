import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import { WechatApps } from '../apps/wechat-apps.js';
import type { Code2Session } from '../code2session/code2session.js';
import { isUuid } from '../crypto/uuid.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { WechatStore } from '../store/wechat-store.js';
import { SessionKeyCipher, type SessionKeyOwner } from './session-key-cipher.js';
import { storeSessionKeySql, upsertUserSql } from './users.sql.js';
import { isWechatId } from '../wechat/wechat-id.js';
import { WechatUser } from './wechat-user.entity.js';

/** The `session_key` of a user, and whose it is. */
export interface UserSessionKey extends SessionKeyOwner {
  readonly sessionKey: string;
}

/**
 * The users of all mini programs of this server.
 * Every method may throw {@link WechatAuthError} `WX_STORE_UNAVAILABLE`.
 */
@Injectable()
export class UsersService {
  constructor(
    private readonly store: WechatStore,
    private readonly apps: WechatApps,
    private readonly cipher: SessionKeyCipher,
  ) {}

  /**
   * Creates or updates the user of an exchange in one statement, right under any concurrency: a
   * missing unionid erases none, and an older exchange overwrites nothing of a newer one.
   *
   * @returns the user, and whether this very call created it.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async upsert(code2Session: Code2Session): Promise<{ user: WechatUser; isNew: boolean }> {
    const { appid, openid, unionid, sessionKey, exchangedAt = performance.now() } = code2Session;
    const id = randomUUID();
    const sealed = this.cipher.seal(sessionKey, code2Session);
    const sql = upsertUserSql(this.store.table(WechatUser));
    const { rows } = await this.store.query<WechatUser>(sql, () => [
      id,
      appid,
      openid,
      unionid ?? null,
      sealed,
      ageOf(exchangedAt),
    ]);
    const user = Object.assign(new WechatUser(), rows[0]);
    return { user, isNew: user.id === id };
  }

  /**
   * Keeps a `session_key` that came without a login, unless a newer one is there.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async storeSessionKey(code2Session: Code2Session): Promise<void> {
    const { appid, openid, sessionKey, exchangedAt = performance.now() } = code2Session;
    const sealed = this.cipher.seal(sessionKey, code2Session);
    const sql = storeSessionKeySql(this.store.table(WechatUser));
    await this.store.query(sql, () => [appid, openid, sealed, ageOf(exchangedAt)]);
  }

  /** The user with our id `id`, or `null`. */
  async findById(id: string): Promise<WechatUser | null> {
    return isUuid(id) ? this.findOne({ id }) : null;
  }

  /**
   * The user whom WeChat calls `openid`, or `null`.
   * @param appid - the mini program; the default app where absent.
   */
  async findByOpenid(openid: string, appid = this.apps.get().appid): Promise<WechatUser | null> {
    return isWechatId(openid) && isWechatId(appid) ? this.findOne({ appid, openid }) : null;
  }

  /** The users of one person in all mini programs of this server, the oldest first. */
  async findByUnionid(unionid: string): Promise<WechatUser[]> {
    if (!isWechatId(unionid)) return [];
    return this.store.run(({ manager }) =>
      manager.find(WechatUser, { where: { unionid }, order: { createdAt: 'ASC', id: 'ASC' } }),
    );
  }

  /**
   * The `session_key` of a user, which stays on the server.
   * @throws {@link WechatAuthError} `WX_SESSION_KEY_INVALID` where there is no such user, or no
   * key that this server can open: a login brings a new one.
   */
  async getSessionKey(id: string): Promise<UserSessionKey> {
    const row = isUuid(id) ? await this.findSealed(id) : null;
    const { appid = '', openid = '', sealedSessionKey } = row ?? {};
    const sessionKey = sealedSessionKey && this.cipher.open(sealedSessionKey, { appid, openid });
    if (!sessionKey) throw new WechatAuthError('WX_SESSION_KEY_INVALID');
    return { appid, openid, sessionKey };
  }

  /** Removes the user and with it the `session_key`; every session of the user is over. */
  async remove(id: string): Promise<void> {
    if (!isUuid(id)) return;
    await this.store.query(`DELETE FROM ${this.store.table(WechatUser)} WHERE id = $1`, () => [id]);
  }

  private findSealed(id: string): Promise<WechatUser | null> {
    return this.store.run(({ manager }) =>
      manager.findOne(WechatUser, {
        where: { id },
        select: { id: true, appid: true, openid: true, sealedSessionKey: true },
      }),
    );
  }

  private findOne(where: FindOptionsWhere<WechatUser>): Promise<WechatUser | null> {
    return this.store.run(({ manager }) => manager.findOneBy(WechatUser, where));
  }
}

/**
 * Seconds since an exchange. To be taken once the connection is there: a wait for one would make an
 * old exchange young.
 */
const ageOf = (exchangedAt: number): number => Math.max(0, performance.now() - exchangedAt) / 1000;
