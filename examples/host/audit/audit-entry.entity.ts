import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('audit_entry')
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('text')
  type!: string;

  /** What else the event tells: ids and codes, never a secret. */
  @Column('jsonb')
  details!: object;
}
