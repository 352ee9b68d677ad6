import { Column, Entity, PrimaryColumn } from 'typeorm';

export type Role = 'customer' | 'manager';

/** A user of this app: one row for each user of the module. */
@Entity('account')
export class Account {
  /** The id of the `WechatUser`. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  role!: Role;
}
