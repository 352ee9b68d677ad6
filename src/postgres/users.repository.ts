import { Injectable } from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { GatheredQuery } from './gathered-query.js';
import { PostgresClient, type Statements, type Transaction } from './postgres-client.js';
import { PostgresClock } from './postgres-clock.js';
import type { Row } from './row.js';
import { rowsTable, type RowsTable } from './rows-table.js';
import { statement } from './statement.js';
import { WechatUser } from './wechat-user.entity.js';

/** A `session_key` as it is stored: encrypted. */
export interface SealedSessionKey {
  readonly appid: string;
  readonly openid: string;
  readonly sealedSessionKey: Buffer;
  /** When WeChat was asked for it, in milliseconds of `performance.now()`. */
  readonly exchangedAt: number;
}

/** What a login changes in addition to the `session_key`. */
export interface UpsertOptions {
  readonly unionid: string | undefined;
  /** Whether the sessions before this login end. */
  readonly endsSessions: boolean;
  /** Whether a user without a unionid stays without one, for {@link UsersRepository.claimUnionid}. */
  readonly claimsUnionid?: boolean;
}

/** In floating point, which Postgres computes faster than the exact number of `extract`. */
const seconds = (column: string): string =>
  `date_part('epoch', date_trunc('milliseconds', ${column})) AS ${column}`;

/** The columns of a {@link WechatUser} that are read with it. */
export const USER = `id, appid, openid, unionid, session_epoch, ${seconds('created_at')},
  ${seconds('updated_at')}, ${seconds('last_login_at')}`;

/** The time of an exchange, which cannot be in the future even if the estimate of the clock is. */
const exchangedAt = (time: string): string =>
  `least(to_timestamp(${time}::float8 / 1000), clock_timestamp())`;

/**
 * Whether the exchange at `at` is older than the stored one. A stored time in the future, as left by
 * a failover to a server whose clock is behind, does not block newer keys.
 */
const isOlder = (at: string): string =>
  `${at} < u.session_key_at AND u.session_key_at <= clock_timestamp()`;

/** After the largest integer the epoch restarts at 0: no session lasts that long. */
export const nextEpoch = (epoch: string): string =>
  `CASE WHEN ${epoch} = 2147483647 THEN 0 ELSE ${epoch} + 1 END`;

/** The value of a column from the newer of two exchanges. */
const newerOf = (column: string): string =>
  `CASE WHEN ${isOlder('excluded.session_key_at')} THEN u.${column} ELSE excluded.${column} END`;

/** The statements about `wechat_user`. All throw `WX_STORE_UNAVAILABLE`. */
@Injectable()
export class UsersRepository {
  constructor(
    private readonly postgres: PostgresClient,
    private readonly clock: PostgresClock,
  ) {}

  /** The only statement of a login: creates the user with `id`, or updates the existing one. */
  async upsert(
    id: string,
    key: SealedSessionKey,
    { unionid, endsSessions, claimsUnionid = false }: UpsertOptions,
    statements: Statements = this.postgres,
  ): Promise<WechatUser> {
    const time = await this.clock.timeOf(key.exchangedAt);
    const [user] = await statements.query(
      this.upsertSql(claimsUnionid),
      [id, key.appid, key.openid, unionid ?? null, key.sealedSessionKey, time, endsSessions],
      readUser,
    );
    if (user === undefined) throw new WechatAuthError('WX_STORE_UNAVAILABLE');
    return user;
  }

  private readonly upsertSql = statement((claimsUnionid: boolean) => {
    const known = 'coalesce(excluded.unionid, u.unionid)';
    return `INSERT INTO ${this.table} AS u
         (id, appid, openid, unionid, session_key, session_key_at, last_login_at)
       VALUES ($1, $2, $3, $4, $5, ${exchangedAt('$6')}, now())
       ON CONFLICT (appid, openid) DO UPDATE SET
         unionid = ${claimsUnionid ? `CASE WHEN u.unionid IS NOT NULL THEN ${known} END` : known},
         session_key = ${newerOf('session_key')},
         session_key_at = ${newerOf('session_key_at')},
         updated_at = now(),
         last_login_at = now(),
         session_epoch = CASE WHEN $7::boolean THEN ${nextEpoch('u.session_epoch')}
                              ELSE u.session_epoch END
       RETURNING ${USER}`;
  });

  /** @returns whether the unionid of the user was unknown until now. */
  async claimUnionid(
    id: string,
    unionid: string,
    statements: Statements = this.postgres,
  ): Promise<boolean> {
    const claimed = await statements.query(
      `UPDATE ${this.table} SET unionid = $2 WHERE id = $1 AND unionid IS NULL RETURNING id`,
      [id, unionid],
      () => true,
    );
    return claimed.length > 0;
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.postgres.transaction(work);
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

  /** Batched: concurrent calls share one query. */
  findById(id: string): Promise<WechatUser | null> {
    return this.byId.ask(id, id);
  }

  /** Batched: concurrent calls share one query. */
  findByOpenid(appid: string, openid: string): Promise<WechatUser | null> {
    const key = openidKey({ appid, openid });
    return this.byOpenid.ask(key, { appid, openid });
  }

  /** Oldest first. */
  findByUnionid(unionid: string): Promise<WechatUser[]> {
    return this.postgres.query(
      `SELECT ${USER} FROM ${this.table} WHERE unionid = $1 ORDER BY created_at, id`,
      [unionid],
      readUser,
    );
  }

  /** The stored `session_key` of a user; `undefined` if there is none. */
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

  private readonly byId = new GatheredQuery<string, WechatUser | null>(async (ids) => {
    const wanted = rowsTable(
      ['uuid'],
      ids.map((id) => [id]),
    );
    const users = await this.find(wanted, ['id']);
    const found = new Map(users.map((user) => [user.id, user]));
    return ids.map((id) => found.get(id) ?? null);
  });

  private readonly byOpenid = new GatheredQuery<Openid, WechatUser | null>(async (openids) => {
    const wanted = rowsTable(
      ['text', 'text'],
      openids.map(({ appid, openid }) => [appid, openid]),
    );
    const users = await this.find(wanted, ['appid', 'openid']);
    const found = new Map(users.map((user) => [openidKey(user), user]));
    return openids.map((each) => found.get(openidKey(each)) ?? null);
  });

  /** One lookup by key for each: a plan made while the table is empty stays fast. */
  private find({ sql, values }: RowsTable, key: readonly string[]): Promise<WechatUser[]> {
    const isWanted = key.map((column) => `u.${column} = wanted.${column}`).join(' AND ');
    return this.postgres.query(
      `SELECT found.* FROM ${sql} AS wanted(${key.join(', ')}, place)
       CROSS JOIN LATERAL
         (SELECT ${USER} FROM ${this.table} u WHERE ${isWanted} LIMIT 1) found`,
      values,
      readUser,
    );
  }

  private get table(): string {
    return this.postgres.table(WechatUser);
  }
}

interface Openid {
  readonly appid: string;
  readonly openid: string;
}

const openidKey = ({ appid, openid }: Openid): string => JSON.stringify([appid, openid]);

/** Reads the columns of {@link USER}. */
export const readUser = (row: Row): WechatUser =>
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
