import { Entity, PrimaryColumn } from 'typeorm';

/** Somebody who may not log in, whether they ever have or not. */
@Entity('ban')
export class Ban {
  @PrimaryColumn('text')
  openid!: string;
}
