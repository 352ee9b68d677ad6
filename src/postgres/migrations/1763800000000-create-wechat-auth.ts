import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablePath } from './table-path.js';

/** The users and the revoked sessions. PostgreSQL 13 and later. */
export class CreateWechatAuth1763800000000 implements MigrationInterface {
  readonly name = 'CreateWechatAuth1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const user = tablePath(queryRunner, 'wechat_user');
    await queryRunner.query(`
      CREATE TABLE ${user} (
        "id" uuid NOT NULL,
        "appid" character varying(64) NOT NULL,
        "openid" character varying(128) NOT NULL,
        "unionid" character varying(128),
        "session_key" bytea,
        "session_key_at" timestamp with time zone,
        "session_epoch" integer NOT NULL DEFAULT 0,
        "created_at" timestamp with time zone NOT NULL DEFAULT now(),
        "updated_at" timestamp with time zone NOT NULL DEFAULT now(),
        "last_login_at" timestamp with time zone NOT NULL,
        CONSTRAINT "wechat_user_appid_openid_key" UNIQUE ("appid", "openid"),
        CONSTRAINT "wechat_user_pkey" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(
      `CREATE INDEX "wechat_user_unionid_idx" ON ${user} ("unionid") WHERE "unionid" IS NOT NULL`,
    );

    const revoked = tablePath(queryRunner, 'wechat_revoked_session');
    await queryRunner.query(`
      CREATE TABLE ${revoked} (
        "user_id" uuid NOT NULL,
        "id" uuid NOT NULL,
        "expires_at" timestamp with time zone NOT NULL,
        CONSTRAINT "wechat_revoked_session_pkey" PRIMARY KEY ("user_id", "id")
      )`);
    await queryRunner.query(
      `CREATE INDEX "wechat_revoked_session_expires_at_idx" ON ${revoked} ("expires_at")`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${tablePath(queryRunner, 'wechat_revoked_session')}`);
    await queryRunner.query(`DROP TABLE ${tablePath(queryRunner, 'wechat_user')}`);
  }
}
