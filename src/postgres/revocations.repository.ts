import { Injectable } from '@nestjs/common';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { PostgresClient } from './postgres-client.js';
import { WechatRevokedSession } from './wechat-revoked-session.entity.js';
import { WechatUser } from './wechat-user.entity.js';

/** What a session is known by in the database. */
export interface SessionKey {
  readonly userId: string;
  readonly id: string;
  /** The user's session epoch when it was issued. */
  readonly epoch: number;
}

/** The statements that end sessions and ask which have ended. All throw `WX_STORE_UNAVAILABLE`. */
@Injectable()
export class RevocationsRepository {
  constructor(private readonly postgres: PostgresClient) {}

  /**
   * @param epoch - of the session, where it is known.
   * @returns whether the session was not over yet.
   */
  async revoke(
    { userId, id, epoch }: Omit<SessionKey, 'epoch'> & { epoch: number | undefined },
    expiresAt: Date,
  ): Promise<boolean> {
    const { rows } = await this.postgres.query(
      `INSERT INTO ${this.revoked} (user_id, id, expires_at)
       SELECT u.id, $2::uuid, $3::timestamptz FROM ${this.users} u
       WHERE u.id = $1 AND u.session_epoch = coalesce($4::int, u.session_epoch)
       ON CONFLICT DO NOTHING RETURNING id`,
      () => [userId, id, expiresAt, epoch ?? null],
    );
    return rows.length > 0;
  }

  /** @returns whether there is such a user. */
  async revokeAll(userId: string): Promise<boolean> {
    const { rows } = await this.postgres.query(
      `UPDATE ${this.users} SET session_epoch = session_epoch + 1 WHERE id = $1 RETURNING id`,
      () => [userId],
    );
    return rows.length > 0;
  }

  /** The session epoch of a user; `undefined` where there is no such user. */
  async findEpoch(userId: string): Promise<number | undefined> {
    const { rows } = await this.postgres.query<{ epoch: number }>(
      `SELECT session_epoch AS epoch FROM ${this.users} WHERE id = $1`,
      () => [userId],
    );
    return rows[0]?.epoch;
  }

  /** The indexes of the sessions that have ended or whose user is gone. */
  async findEnded(sessions: readonly SessionKey[]): Promise<ReadonlySet<number>> {
    // Two lookups by key, not a join: a plan made while the tables are empty stays fast.
    const { rows } = await this.postgres.query<{ asked: number; ended: number[] | null }>(
      `SELECT count(*)::int AS asked,
         array_agg(s.place::int - 1) FILTER (WHERE
           (SELECT u.session_epoch FROM ${this.users} u
            WHERE u.id = s.user_id) IS DISTINCT FROM s.epoch
           OR (SELECT r.id FROM ${this.revoked} r
            WHERE r.user_id = s.user_id AND r.id = s.id) IS NOT NULL) AS ended
       FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS s(user_id, id, epoch, place)`,
      () => [
        arrayOf(sessions.map(({ userId }) => userId)),
        arrayOf(sessions.map(({ id }) => id)),
        arrayOf(sessions.map(({ epoch }) => epoch)),
      ],
    );
    const [answer] = rows;
    // Fail closed: an answer that is not about these sessions lets nobody in.
    if (answer?.asked !== sessions.length) throw new WechatAuthError('WX_STORE_UNAVAILABLE');
    return new Set(answer.ended ?? []);
  }

  /**
   * Clears up to `limit` revocations of sessions that have expired, where no other instance does so
   * at this time.
   * @returns how many rows were cleared.
   */
  async clearExpired(limit: number): Promise<number> {
    // One hour more: an instance whose clock is behind that of Postgres still accepts the token.
    const { rowCount } = await this.postgres.query(
      `DELETE FROM ${this.revoked} r USING (
         SELECT user_id, id FROM ${this.revoked}
         WHERE expires_at < now() - interval '1 hour'
           AND (SELECT pg_try_advisory_xact_lock(hashtext('nestjs-wechat-auth'), hashtext($1)))
         ORDER BY expires_at LIMIT $2
         FOR UPDATE SKIP LOCKED) expired
       WHERE r.user_id = expired.user_id AND r.id = expired.id`,
      () => [this.revoked, limit],
    );
    return rowCount ?? 0;
  }

  private get users(): string {
    return this.postgres.table(WechatUser);
  }

  private get revoked(): string {
    return this.postgres.table(WechatRevokedSession);
  }
}

/** An array of Postgres. UUIDs and numbers need no quotes; pg would check each of them. */
const arrayOf = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;
