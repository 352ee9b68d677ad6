import {
  Column,
  CreateDateColumn,
  Entity,
  PrimaryGeneratedColumn,
  Unique,
  UpdateDateColumn,
} from 'typeorm';

/** Our table as mapped by an application without the library. */
@Entity('wechat_user')
@Unique(['appid', 'openid'])
export class PlainUser {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column('varchar') appid!: string;
  @Column('varchar') openid!: string;
  @Column('varchar', { nullable: true }) unionid!: string | null;
  @Column('bytea', { name: 'session_key', nullable: true }) sessionKey!: Buffer | null;
  @Column('timestamptz', { name: 'session_key_at', nullable: true }) sessionKeyAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @Column('timestamptz', { name: 'last_login_at' }) lastLoginAt!: Date;
}
