import { Injectable } from '@nestjs/common';
import { PostgresClient } from './postgres-client.js';
import { WechatUser } from './wechat-user.entity.js';

/** A `session_key` as it is stored: encrypted. */
export interface SealedSessionKey {
  readonly appid: string;
  readonly openid: string;
  readonly sealedSessionKey: Buffer;
  /** When WeChat gave it out, in milliseconds of `performance.now()`. */
  readonly exchangedAt: number;
}

/** The columns of a {@link WechatUser} that are read with it. */
const USER = `id, appid, openid, unionid, session_epoch AS "sessionEpoch",
  created_at AS "createdAt", updated_at AS "updatedAt", last_login_at AS "lastLoginAt"`;

/** When the exchange was, by the clock of Postgres: `age` seconds ago. */
const exchangedAt = (age: string): string =>
  `statement_timestamp() - make_interval(secs => ${age})`;

/**
 * Whether the exchange at `at` is older than the stored one. A stored time in the future, as a
 * failover to a server whose clock is behind leaves it, does not keep out the keys that follow.
 */
const isOlder = (at: string): string =>
  `${at} < u.session_key_at AND u.session_key_at <= clock_timestamp()`;

/** The value of a column after two exchanges: that of the newer one. */
const newerOf = (column: string): string =>
  `CASE WHEN ${isOlder('excluded.session_key_at')} THEN u.${column} ELSE excluded.${column} END`;

/** The statements about `wechat_user`. All throw `WX_STORE_UNAVAILABLE`. */
@Injectable()
export class UsersRepository {
  constructor(private readonly postgres: PostgresClient) {}

  /** The one statement of a login: creates the user with `id`, or updates the one there is. */
  async upsert(
    id: string,
    { appid, openid, sealedSessionKey, exchangedAt: at }: SealedSessionKey,
    unionid: string | undefined,
  ): Promise<WechatUser> {
    const { rows } = await this.postgres.query<WechatUser>(
      `INSERT INTO ${this.table} AS u
         (id, appid, openid, unionid, session_key, session_key_at, last_login_at)
       VALUES ($1, $2, $3, $4, $5, ${exchangedAt('$6')}, now())
       ON CONFLICT (appid, openid) DO UPDATE SET
         unionid = coalesce(excluded.unionid, u.unionid),
         session_key = ${newerOf('session_key')},
         session_key_at = ${newerOf('session_key_at')},
         updated_at = now(),
         last_login_at = now()
       RETURNING ${USER}`,
      () => [id, appid, openid, unionid ?? null, sealedSessionKey, ageOf(at)],
    );
    return Object.assign(new WechatUser(), rows[0]);
  }

  /** Stores a `session_key` that came without a login, unless a newer one is stored. */
  async storeSessionKey(key: SealedSessionKey): Promise<void> {
    await this.postgres.query(
      `UPDATE ${this.table} u
       SET session_key = $3, session_key_at = ${exchangedAt('$4')}, updated_at = now()
       WHERE u.appid = $1 AND u.openid = $2 AND (${isOlder(exchangedAt('$4'))}) IS NOT TRUE`,
      () => [key.appid, key.openid, key.sealedSessionKey, ageOf(key.exchangedAt)],
    );
  }

  async findById(id: string): Promise<WechatUser | null> {
    return (await this.find('WHERE id = $1', [id]))[0] ?? null;
  }

  async findByOpenid(appid: string, openid: string): Promise<WechatUser | null> {
    return (await this.find('WHERE appid = $1 AND openid = $2', [appid, openid]))[0] ?? null;
  }

  /** The oldest first. */
  findByUnionid(unionid: string): Promise<WechatUser[]> {
    return this.find('WHERE unionid = $1 ORDER BY created_at, id', [unionid]);
  }

  /** The stored `session_key` of a user; `null` where there is no such user. */
  async findSessionKey(
    id: string,
  ): Promise<Pick<WechatUser, 'appid' | 'openid' | 'sealedSessionKey'> | null> {
    const { rows } = await this.postgres.query<WechatUser>(
      `SELECT appid, openid, session_key AS "sealedSessionKey" FROM ${this.table} WHERE id = $1`,
      () => [id],
    );
    return rows[0] ?? null;
  }

  /** @returns whether there was such a user. */
  async remove(id: string): Promise<boolean> {
    const { rows } = await this.postgres.query(
      `DELETE FROM ${this.table} WHERE id = $1 RETURNING id`,
      () => [id],
    );
    return rows.length > 0;
  }

  private async find(where: string, values: readonly string[]): Promise<WechatUser[]> {
    const { rows } = await this.postgres.query<WechatUser>(
      `SELECT ${USER} FROM ${this.table} ${where}`,
      () => values,
    );
    return rows.map((row) => Object.assign(new WechatUser(), row));
  }

  private get table(): string {
    return this.postgres.table(WechatUser);
  }
}

/**
 * Seconds since an exchange. Taken once there is a connection: a wait for one would make an old
 * exchange look young.
 */
const ageOf = (at: number): number => Math.max(0, performance.now() - at) / 1000;
