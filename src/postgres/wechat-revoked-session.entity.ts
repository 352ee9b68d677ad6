import { Entity, Index, PrimaryColumn, Column } from 'typeorm';

/** A session that ended before it expired. */
@Entity('wechat_revoked_session')
@Index('wechat_revoked_session_expires_at_idx', ['expiresAt'])
export class WechatRevokedSession {
  /** First in the key, so that the table can be partitioned or sharded by user. */
  @PrimaryColumn('uuid', {
    name: 'user_id',
    primaryKeyConstraintName: 'wechat_revoked_session_pkey',
  })
  readonly userId!: string;

  /** The id of the session: its `jti`. */
  @PrimaryColumn('uuid', { name: 'id', primaryKeyConstraintName: 'wechat_revoked_session_pkey' })
  readonly id!: string;

  /** When the session expires; the row is deleted some time after that. */
  @Column('timestamptz', { name: 'expires_at' })
  readonly expiresAt!: Date;
}
