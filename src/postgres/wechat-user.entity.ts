import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  PrimaryColumn,
  Unique,
  UpdateDateColumn,
} from 'typeorm';

/**
 * A user of one mini program. Every database name is spelled out, so that the naming strategy of
 * the host changes none of them.
 *
 * The library writes its rows with SQL of its own: entity listeners and subscribers of TypeORM
 * (`@BeforeInsert`, `afterInsert`, `afterUpdate`) do not run for them. Use a `loginHook`, which runs
 * in the transaction of a login, or `WechatAuthEvents`.
 */
@Entity('wechat_user')
@Unique('wechat_user_appid_openid_key', ['appid', 'openid'])
@Index('wechat_user_unionid_idx', ['unionid'], { where: '"unionid" IS NOT NULL' })
export class WechatUser {
  /** Our own id of the user, a UUID: the one to use in your tables and to show to clients. */
  @PrimaryColumn('uuid', { name: 'id', primaryKeyConstraintName: 'wechat_user_pkey' })
  readonly id!: string;

  /** The mini program the user belongs to. */
  @Column('varchar', { name: 'appid', length: 64 })
  readonly appid!: string;

  /** WeChat's id of the user within this mini program. Not for clients. */
  @Column('varchar', { name: 'openid', length: 128 })
  readonly openid!: string;

  /** WeChat's id of the person across the apps of one Open Platform account, once it is known. */
  @Column('varchar', { name: 'unionid', length: 128, nullable: true })
  readonly unionid!: string | null;

  /** The sealed `session_key`; not selected with the user. */
  @Column('bytea', { name: 'session_key', nullable: true, select: false })
  readonly sealedSessionKey?: Buffer | null;

  /** When the `session_key` was exchanged, by the clock of Postgres; not selected with the user. */
  @Column('timestamptz', { name: 'session_key_at', nullable: true, select: false })
  readonly sessionKeyAt?: Date | null;

  /** Raised by `revokeAll`: sessions of an earlier epoch are over. */
  @Column('integer', { name: 'session_epoch', default: 0 })
  readonly sessionEpoch!: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  readonly updatedAt!: Date;

  @Column('timestamptz', { name: 'last_login_at' })
  readonly lastLoginAt!: Date;
}
