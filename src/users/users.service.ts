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

/** The `session_key` of a user, and whose it is. */
export interface UserSessionKey extends SessionKeyOwner {
  readonly sessionKey: string;
}

/** The user of an exchange. */
export interface Upserted {
  readonly user: WechatUser;
  /** Whether this very call created it. */
  readonly isNew: boolean;
}

/** A {@link UserSessionKey} that WeChat has just given out. */
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
   * Creates or updates the user of an exchange in one statement. It is right under any concurrency:
   * a missing unionid never erases a known one, and an older exchange never overwrites a newer
   * session key.
   *
   * @returns the user, and whether this call created it.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async upsert(code2Session: Code2Session): Promise<Upserted> {
    const { isUnionidNew, ...upserted } = await this.upsertOn(code2Session);
    if (isUnionidNew) await this.publishUnionid(upserted.user);
    return upserted;
  }

  /**
   * The same in a transaction, together with `work`: where that fails, nothing is stored.
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

  /** The user is stored already: where Postgres fails now, which is logged, the event is lost. */
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
   * Stores a `session_key` that came without a login, unless a newer one is stored.
   * @throws {@link WechatAuthError} `WX_APP_UNKNOWN`
   */
  async storeSessionKey(key: FreshSessionKey): Promise<void> {
    await this.repository.storeSessionKey(this.seal(key));
  }

  /** The user with our id `id`, or `null`. */
  async findById(id: string): Promise<WechatUser | null> {
    return isUuid(id) ? this.repository.findById(id) : null;
  }

  /**
   * The user with this openid, or `null`.
   * @param appid - the mini program; the default app if absent.
   */
  async findByOpenid(openid: string, appid = this.apps.appidOf()): Promise<WechatUser | null> {
    return isPlainText(openid) && isPlainText(appid)
      ? this.repository.findByOpenid(appid, openid)
      : null;
  }

  /** The users of one person in all mini programs of this server, the oldest first. */
  async findByUnionid(unionid: string): Promise<WechatUser[]> {
    return isPlainText(unionid) ? this.repository.findByUnionid(unionid) : [];
  }

  /**
   * The `session_key` of a user, which stays on the server.
   * @throws {@link WechatAuthError} `WX_SESSION_KEY_INVALID` where there is no such user, or no
   * key that this server can decrypt: a login brings a new one.
   */
  async getSessionKey(id: string): Promise<UserSessionKey> {
    const row = isUuid(id) ? await this.repository.findSessionKey(id) : null;
    const { appid = '', openid = '', sealedSessionKey } = row ?? {};
    const sessionKey = sealedSessionKey && this.cipher.open(sealedSessionKey, { appid, openid });
    if (!sessionKey) throw new WechatAuthError('WX_SESSION_KEY_INVALID');
    return { appid, openid, sessionKey };
  }

  /**
   * Removes the user and the `session_key`; every session of the user ends.
   * @returns whether there was such a user.
   * @throws `TypeError` where `id` is no UUID
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
