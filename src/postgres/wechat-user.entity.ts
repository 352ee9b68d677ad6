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
 * A user of one mini program, in the table `wechat_user`. All database names are explicit, so a
 * naming strategy does not change them.
 *
 * The library writes its rows with SQL of its own: entity listeners and subscribers of TypeORM
 * (`@BeforeInsert`, `afterInsert`, `afterUpdate`) do not run for them. Use a `loginHook`, which runs
 * in the transaction of a login, or `WechatAuthEvents`.
 *
 * @example
 * \@Entity()
 * class Order {
 *   \@ManyToOne(() => WechatUser, { onDelete: 'CASCADE' })
 *   user!: WechatUser;
 * }
 * @publicApi
 */
@Entity('wechat_user')
@Unique('wechat_user_appid_openid_key', ['appid', 'openid'])
@Index('wechat_user_unionid_idx', ['unionid'], { where: '"unionid" IS NOT NULL' })
export class WechatUser {
  /** The library's id of the user, a UUID: use this one in your tables and for clients. */
  @PrimaryColumn('uuid', { name: 'id', primaryKeyConstraintName: 'wechat_user_pkey' })
  readonly id!: string;

  /** The mini program the user belongs to. */
  @Column('varchar', { name: 'appid', length: 64 })
  readonly appid!: string;

  /** WeChat's id of the user in this mini program. Do not send it to clients. */
  @Column('varchar', { name: 'openid', length: 128 })
  readonly openid!: string;

  /** WeChat's id of the person in all apps of one Open Platform account; `null` if not yet known. */
  @Column('varchar', { name: 'unionid', length: 128, nullable: true })
  readonly unionid!: string | null;

  /** The encrypted `session_key`; not selected with the user. */
  @Column('bytea', { name: 'session_key', nullable: true, select: false })
  readonly sealedSessionKey?: Buffer | null;

  /** When the `session_key` was exchanged, by the clock of Postgres; not selected with the user. */
  @Column('timestamptz', { name: 'session_key_at', nullable: true, select: false })
  readonly sessionKeyAt?: Date | null;

  /** Raised by `revokeAll`, which ends the sessions of earlier epochs. */
  @Column('integer', { name: 'session_epoch', default: 0 })
  readonly sessionEpoch!: number;

  /** When the user first logged in, by the clock of Postgres. */
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt!: Date;

  /** When the library last changed the row, by the clock of Postgres. */
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  readonly updatedAt!: Date;

  /** When the user last logged in, by the clock of Postgres. */
  @Column('timestamptz', { name: 'last_login_at' })
  readonly lastLoginAt!: Date;
}
