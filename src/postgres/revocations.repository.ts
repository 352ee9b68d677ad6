import { Injectable } from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { PostgresClient, TIMEOUT_MS } from './postgres-client.js';
import { PostgresClock } from './postgres-clock.js';
import type { Row } from './row.js';
import { rowsTable, type RowsTable } from './rows-table.js';
import { statement } from './statement.js';
import { nextEpoch, readUser, USER } from './users.repository.js';
import { WechatRevokedSession } from './wechat-revoked-session.entity.js';
import { WechatUser } from './wechat-user.entity.js';

/** What identifies a session in the database. */
export interface SessionKey {
  readonly userId: string;
  readonly id: string;
  /** The user's session epoch when it was issued. */
  readonly epoch: number;
}

/** The statements that end sessions and find ended ones. All throw `WX_STORE_UNAVAILABLE`. */
@Injectable()
export class RevocationsRepository {
  constructor(
    private readonly postgres: PostgresClient,
    private readonly clock: PostgresClock,
  ) {}

  /**
   * @param epoch - of the session, if known.
   * @returns whether the session had not ended yet.
   */
  async revoke(
    { userId, id, epoch }: Omit<SessionKey, 'epoch'> & { epoch: number | undefined },
    expiresAt: Date,
  ): Promise<boolean> {
    const revoked = await this.postgres.query(
      `INSERT INTO ${this.revoked} (user_id, id, expires_at)
       SELECT u.id, $2::uuid, to_timestamp($3::float8 / 1000) FROM ${this.users} u
       WHERE u.id = $1 AND u.session_epoch = coalesce($4::int, u.session_epoch)
       ON CONFLICT DO NOTHING RETURNING id`,
      [userId, id, expiresAt.getTime(), epoch ?? null],
      () => true,
    );
    return revoked.length > 0;
  }

  /**
   * Ends the sessions of the user's current epoch. A statement that reaches Postgres after its
   * deadline does nothing, so it never ends a later login.
   * @returns whether there is such a user.
   */
  async revokeAll(userId: string): Promise<boolean> {
    const deadline = await this.clock.timeOf(performance.now() + TIMEOUT_MS);
    const epoch = await this.findEpoch(userId);
    if (epoch === undefined) return false;
    const [inTime] = await this.postgres.query(
      `WITH gate AS MATERIALIZED (
         SELECT clock_timestamp() < to_timestamp($3::float8 / 1000) AS in_time
       ), raised AS (
         UPDATE ${this.users} SET session_epoch = ${nextEpoch('session_epoch')}
         WHERE id = $1 AND session_epoch = $2 AND (SELECT in_time FROM gate)
       )
       SELECT in_time FROM gate`,
      [userId, epoch, deadline],
      (row) => row.boolean('in_time'),
    );
    if (inTime !== true) {
      // In time for this server but not for Postgres: the estimate of its clock is wrong.
      this.clock.forget();
      throw new WechatAuthError('WX_STORE_UNAVAILABLE');
    }
    return true;
  }

  /** The session epoch of a user; `undefined` if there is no such user. */
  async findEpoch(userId: string): Promise<number | undefined> {
    const [epoch] = await this.postgres.query(
      `SELECT session_epoch FROM ${this.users} WHERE id = $1`,
      [userId],
      (row) => row.number('session_epoch'),
    );
    return epoch;
  }

  /** The indexes of the sessions that have ended or whose user was removed. */
  async findEnded(sessions: readonly SessionKey[]): Promise<ReadonlySet<number>> {
    const { sql, values } = tableOf(sessions);
    const [ended] = await this.postgres.query(this.endedSql(sql), values, (row) => {
      assertPrimary(row);
      if (row.number('asked') !== sessions.length) throw new Error('wrong number of sessions');
      const list = row.text('ended');
      return new Set(list === '' ? [] : list.split(',').map(Number));
    });
    // Fail closed: without a result no session is accepted.
    if (ended === undefined) throw new WechatAuthError('WX_STORE_UNAVAILABLE');
    return ended;
  }

  // Two lookups by key, not a join: a plan made while the tables are empty stays fast.
  private readonly endedSql = statement(
    (sessions: string) =>
      `SELECT count(*)::int AS asked, pg_is_in_recovery() AS is_standby,
         coalesce(string_agg((s.place - 1)::text, ',') FILTER (WHERE
           (SELECT u.session_epoch FROM ${this.users} u
            WHERE u.id = s.user_id) IS DISTINCT FROM s.epoch
           OR (SELECT r.id FROM ${this.revoked} r
            WHERE r.user_id = s.user_id AND r.id = s.id) IS NOT NULL), '') AS ended
       FROM ${sessions}`,
  );

  /** The users of sessions, in their order; `undefined` for a session that has ended. */
  async findUsers(sessions: readonly SessionKey[]): Promise<readonly (WechatUser | undefined)[]> {
    const { sql, values } = tableOf(sessions);
    const users = await this.postgres.query(this.usersSql(sql), values, (row) => {
      assertPrimary(row);
      return row.textOrNull('id') === null ? undefined : readUser(row);
    });
    // Fail closed: without a row for each session none is accepted.
    if (users.length !== sessions.length) throw new WechatAuthError('WX_STORE_UNAVAILABLE');
    return users;
  }

  // Lookups by key here as well, for each session.
  private readonly usersSql = statement(
    (sessions: string) =>
      `SELECT pg_is_in_recovery() AS is_standby, live.*
       FROM ${sessions}
       LEFT JOIN LATERAL (
         SELECT ${USER} FROM ${this.users} u
         WHERE u.id = s.user_id AND u.session_epoch = s.epoch
           AND (SELECT r.id FROM ${this.revoked} r
                WHERE r.user_id = s.user_id AND r.id = s.id) IS NULL
         LIMIT 1) live ON true
       ORDER BY s.place`,
  );

  /**
   * Deletes up to `limit` revocations of expired sessions, unless another instance is doing so.
   * @returns how many rows were cleared.
   */
  async clearExpired(limit: number): Promise<number> {
    // One hour later: an instance whose clock is behind that of Postgres still accepts the token.
    const [cleared = 0] = await this.postgres.query(
      `WITH cleared AS (
         DELETE FROM ${this.revoked} r USING (
           SELECT user_id, id FROM ${this.revoked}
           WHERE expires_at < now() - interval '1 hour'
             AND (SELECT pg_try_advisory_xact_lock(hashtext('nestjs-wechat-auth'), hashtext($1)))
           ORDER BY expires_at LIMIT $2
           FOR UPDATE SKIP LOCKED) expired
         WHERE r.user_id = expired.user_id AND r.id = expired.id
         RETURNING 1)
       SELECT count(*)::int AS cleared FROM cleared`,
      [this.revoked, limit],
      (row) => row.number('cleared'),
    );
    return cleared;
  }

  private get users(): string {
    return this.postgres.table(WechatUser);
  }

  private get revoked(): string {
    return this.postgres.table(WechatRevokedSession);
  }
}

/** The sessions as the table `s`. */
function tableOf(sessions: readonly SessionKey[]): RowsTable {
  const rows = sessions.map(({ userId, id, epoch }) => [userId, id, epoch]);
  const { sql, values } = rowsTable(['uuid', 'uuid', 'int'], rows);
  return { sql: `${sql} AS s(user_id, id, epoch, place)`, values };
}

/** A standby may not know of a logout yet. */
function assertPrimary(row: Row): void {
  if (row.boolean('is_standby')) throw new Error('this server is a standby');
}
