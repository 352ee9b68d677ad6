import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isPlainText } from '../common/is-plain-text.js';
import { isUuid, uuidOf } from '../common/is-uuid.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from '../config/wechat-auth.config.js';
import { WechatApps } from '../config/wechat-apps.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { EventPublisher } from '../events/event-publisher.js';
import type { Statements } from '../postgres/postgres-client.js';
import { UsersRepository, type SealedSessionKey } from '../postgres/users.repository.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import type { Code2Session } from '../wechat/code2session.js';
import { SessionKeyCipher, type SessionKeyOwner } from './session-key-cipher.js';

/**
 * The `session_key` of a user, with its `appid` and `openid`.
 * @publicApi
 */
export interface UserSessionKey extends SessionKeyOwner {
  /** Base64 of 16 bytes. A secret of the server: never send it to a client. */
  readonly sessionKey: string;
}

/** The stored user of an exchange. */
export interface Upserted {
  readonly user: WechatUser;
  /** Whether this call created the user. */
  readonly isNew: boolean;
}

/** A {@link UserSessionKey} that WeChat has just issued. */
export interface FreshSessionKey extends UserSessionKey {
  /**
   * When WeChat was asked for it, in milliseconds of `performance.now()`: the newer key is kept.
   * @defaultValue now
   */
  readonly exchangedAt?: number | undefined;
}

/**
 * The users of all mini programs of this server.
 * Every method may throw {@link WechatAuthError} `WX_STORE_UNAVAILABLE`.
 *
 * @example
 * \@Delete('account')
 * async deleteAccount(@CurrentWxSession('userId') userId: string): Promise<void> {
 *   await this.users.remove(userId);
 * }
 * @publicApi
 */
@Injectable()
export class UsersService {
  constructor(
    private readonly repository: UsersRepository,
    private readonly apps: WechatApps,
    private readonly cipher: SessionKeyCipher,
    @Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Creates or updates the user of an exchange in one statement. It is safe under concurrency: a
   * missing unionid never deletes a known one, and an older exchange never overwrites a newer
   * `session_key`. Use `LoginService` unless you only need the user.
   *
   * @example
   * const { user, isNew } = await users.upsert(await code2Session.exchange(code));
   * @returns the user, and whether this call created it.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async upsert(code2Session: Code2Session): Promise<Upserted> {
    const { isUnionidNew, ...upserted } = await this.upsertOn(code2Session);
    if (isUnionidNew) await this.publishUnionid(upserted.user);
    return upserted;
  }

  /**
   * Like {@link upsert}, in one transaction with `work`: if `work` fails, nothing is stored.
   * @internal
   */
  async upsertWith<T>(
    code2Session: Code2Session,
    work: (upserted: Upserted, manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const { result, publishes } = await this.repository.transaction(async (transaction) => {
      const { isUnionidNew, ...upserted } = await this.upsertOn(code2Session, transaction);
      const result = await work(upserted, transaction.manager);
      return { result, publishes: isUnionidNew ? upserted.user : undefined };
    });
    if (publishes !== undefined) await this.publishUnionid(publishes);
    return result;
  }

  private async upsertOn(
    code2Session: Code2Session,
    statements?: Statements,
  ): Promise<Upserted & { isUnionidNew: boolean }> {
    const id = randomUUID();
    const { unionid } = code2Session;
    const claimsUnionid = unionid !== undefined && this.events.isObserved;
    const options = { unionid, endsSessions: this.config.session.single, claimsUnionid };
    const user = await this.repository.upsert(id, this.seal(code2Session), options, statements);
    const isNew = user.id === id;
    if (!claimsUnionid) return { user, isNew, isUnionidNew: false };
    const isUnionidNew =
      isNew ||
      (user.unionid === null && (await this.repository.claimUnionid(user.id, unionid, statements)));
    return { user: Object.assign(user, { unionid }), isNew, isUnionidNew };
  }

  /** The user is already stored: if Postgres fails now, which is logged, the event is lost. */
  private async publishUnionid({ id: userId, appid, unionid }: WechatUser): Promise<void> {
    try {
      const users = await this.findByUnionid(unionid ?? '');
      const otherUserIds = users.map(({ id }) => id).filter((id) => id !== userId);
      this.events.publish(() => ({ type: 'unionid-known', appid, userId, otherUserIds }));
    } catch (error) {
      if (!(error instanceof WechatAuthError)) throw error;
    }
  }

  /**
   * Stores a `session_key` that was received without a login, unless a newer one is stored.
   *
   * @example
   * await users.storeSessionKey(await code2Session.exchange(code, user.appid));
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async storeSessionKey(key: FreshSessionKey): Promise<void> {
    await this.repository.storeSessionKey(this.seal(key));
  }

  /**
   * Finds a user by the library's id. Concurrent calls share one query.
   *
   * @example
   * const user = await users.findById(session.userId);
   * @returns the user, or `null`; also `null` if `id` is not a UUID.
   */
  async findById(id: string): Promise<WechatUser | null> {
    return isUuid(id) ? this.repository.findById(id) : null;
  }

  /**
   * Finds a user by WeChat's openid. Concurrent calls share one query.
   *
   * @example
   * const user = await users.findByOpenid(openid, appid);
   * @param appid - the mini program; the default app if absent.
   * @returns the user, or `null`.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN` without `appid` if there is no default app
   */
  async findByOpenid(openid: string, appid = this.apps.appidOf()): Promise<WechatUser | null> {
    return isPlainText(openid) && isPlainText(appid)
      ? this.repository.findByOpenid(appid, openid)
      : null;
  }

  /**
   * Finds the users of one person in all mini programs of this server.
   *
   * @example
   * const accounts = await users.findByUnionid(unionid);
   * @returns the users, oldest first; an empty array if there is none.
   */
  async findByUnionid(unionid: string): Promise<WechatUser[]> {
    return isPlainText(unionid) ? this.repository.findByUnionid(unionid) : [];
  }

  /**
   * Returns the decrypted `session_key` of a user. Never send it to a client.
   *
   * @example
   * const { sessionKey } = await users.getSessionKey(session.userId);
   * @throws {@link WechatAuthError} `WX_SESSION_KEY_INVALID` if there is no such user, or no key that
   * this server can decrypt; the next login stores a new one.
   */
  async getSessionKey(id: string): Promise<UserSessionKey> {
    const row = isUuid(id) ? await this.repository.findSessionKey(id) : null;
    const { appid = '', openid = '', sealedSessionKey } = row ?? {};
    const sessionKey = sealedSessionKey && this.cipher.open(sealedSessionKey, { appid, openid });
    if (!sessionKey) throw new WechatAuthError('WX_SESSION_KEY_INVALID');
    return { appid, openid, sessionKey };
  }

  /**
   * Removes the user and the `session_key`, and so ends all sessions of the user.
   *
   * @example
   * await users.remove(session.userId);
   * @returns whether there was such a user.
   * @throws `TypeError` if `id` is not a UUID
   */
  async remove(id: string): Promise<boolean> {
    const userId = uuidOf(id, 'id');
    const isRemoved = await this.repository.remove(userId);
    if (isRemoved) this.events.publish(() => ({ type: 'user-removed', userId }));
    return isRemoved;
  }

  private seal({
    appid,
    openid,
    sessionKey,
    exchangedAt = performance.now(),
  }: FreshSessionKey): SealedSessionKey {
    const sealedSessionKey = this.cipher.seal(sessionKey, { appid, openid });
    return { appid, openid, sealedSessionKey, exchangedAt };
  }
}
