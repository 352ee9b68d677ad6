import { Injectable } from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { PostgresClient } from './postgres-client.js';
import { PostgresClock } from './postgres-clock.js';
import type { Row } from './row.js';
import { WechatUser } from './wechat-user.entity.js';

/** A `session_key` as it is stored: encrypted. */
export interface SealedSessionKey {
  readonly appid: string;
  readonly openid: string;
  readonly sealedSessionKey: Buffer;
  /** When WeChat was asked for it, in milliseconds of `performance.now()`. */
  readonly exchangedAt: number;
}

const milliseconds = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000)::float8 AS ${column}`;

/** The columns of a {@link WechatUser} that are read with it. */
const USER = `id, appid, openid, unionid, session_epoch, ${milliseconds('created_at')},
  ${milliseconds('updated_at')}, ${milliseconds('last_login_at')}`;

/** The time of an exchange. It was before this moment, whatever our estimate of the clock says. */
const exchangedAt = (time: string): string =>
  `least(to_timestamp(${time}::float8 / 1000), clock_timestamp())`;

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
  constructor(
    private readonly postgres: PostgresClient,
    private readonly clock: PostgresClock,
  ) {}

  /** The one statement of a login: creates the user with `id`, or updates the one there is. */
  async upsert(
    id: string,
    key: SealedSessionKey,
    unionid: string | undefined,
  ): Promise<WechatUser> {
    const time = await this.clock.timeOf(key.exchangedAt);
    const [user] = await this.postgres.query(
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
      [id, key.appid, key.openid, unionid ?? null, key.sealedSessionKey, time],
      readUser,
    );
    if (user === undefined) throw new WechatAuthError('WX_STORE_UNAVAILABLE');
    return user;
  }

  /** Stores a `session_key` that came without a login, unless a newer one is stored. */
  async storeSessionKey(key: SealedSessionKey): Promise<void> {
    const time = await this.clock.timeOf(key.exchangedAt);
    await this.postgres.query(
      `UPDATE ${this.table} u
       SET session_key = $3, session_key_at = ${exchangedAt('$4')}, updated_at = now()
       WHERE u.appid = $1 AND u.openid = $2 AND (${isOlder(exchangedAt('$4'))}) IS NOT TRUE`,
      [key.appid, key.openid, key.sealedSessionKey, time],
      () => undefined,
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

  /** The stored `session_key` of a user; `undefined` where there is none. */
  async findSessionKey(id: string): Promise<Omit<SealedSessionKey, 'exchangedAt'> | undefined> {
    const [key] = await this.postgres.query(
      `SELECT appid, openid, encode(session_key, 'base64') AS session_key
       FROM ${this.table} WHERE id = $1 AND session_key IS NOT NULL`,
      [id],
      (row) => ({
        appid: row.text('appid'),
        openid: row.text('openid'),
        sealedSessionKey: Buffer.from(row.text('session_key'), 'base64'),
      }),
    );
    return key;
  }

  /** @returns whether there was such a user. */
  async remove(id: string): Promise<boolean> {
    const removed = await this.postgres.query(
      `DELETE FROM ${this.table} WHERE id = $1 RETURNING id`,
      [id],
      () => true,
    );
    return removed.length > 0;
  }

  private find(where: string, values: string[]): Promise<WechatUser[]> {
    return this.postgres.query(`SELECT ${USER} FROM ${this.table} ${where}`, values, readUser);
  }

  private get table(): string {
    return this.postgres.table(WechatUser);
  }
}

const readUser = (row: Row): WechatUser =>
  Object.assign(new WechatUser(), {
    id: row.text('id'),
    appid: row.text('appid'),
    openid: row.text('openid'),
    unionid: row.textOrNull('unionid'),
    sessionEpoch: row.number('session_epoch'),
    createdAt: row.date('created_at'),
    updatedAt: row.date('updated_at'),
    lastLoginAt: row.date('last_login_at'),
  });
