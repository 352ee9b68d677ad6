import { mkdtempSync, chmodSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Column,
  DataSource,
  DefaultNamingStrategy,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type DataSourceOptions,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { wechatAuthEntities, wechatAuthMigrations, WechatUser } from '../src/index.js';
import { startPostgres } from '../examples/demo/postgres/postgres.js';
import { createTestDatabase } from './support/database.js';
import { runMigrationsInTurn } from './support/run-migrations-in-turn.js';

/** A table of the app that refers to our users. */
@Entity()
class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  total!: number;

  @ManyToOne(() => WechatUser, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id' })
  user!: WechatUser;
}

class CreateOrder1800000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE "order" (
         "id" SERIAL NOT NULL, "total" integer NOT NULL, "user_id" uuid NOT NULL,
         CONSTRAINT "PK_1031171c13130102495201e3e20" PRIMARY KEY ("id"))`,
    );
    await queryRunner.query(
      `ALTER TABLE "order" ADD CONSTRAINT "FK_199e32a02ddc0f47cd93181d8fd"
         FOREIGN KEY ("user_id") REFERENCES "wechat_user"("id") ON DELETE CASCADE`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "order"');
  }
}

/** A naming strategy of the app must not change the names of our columns. */
class ShoutingNames extends DefaultNamingStrategy {
  override columnName(name: string, customName: string): string {
    return customName || name.toUpperCase();
  }
  override primaryKeyName(): string {
    return 'SHOUTED_PK';
  }
  override indexName(): string {
    return 'SHOUTED_INDEX';
  }
  override uniqueConstraintName(): string {
    return 'SHOUTED_UNIQUE';
  }
}

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function connect(url: string, options: Partial<DataSourceOptions> = {}): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: wechatAuthEntities,
    migrations: wechatAuthMigrations,
    ...options,
  } as DataSourceOptions);
  await dataSource.initialize();
  cleanUp.push(() => dataSource.destroy());
  return dataSource;
}

async function newDatabase(): Promise<string> {
  const database = await createTestDatabase();
  cleanUp.push(() => database.drop());
  return database.url;
}

const differences = async (dataSource: DataSource): Promise<string[]> => {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
};

const tables = async (dataSource: DataSource): Promise<string[]> => {
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

async function upAndDown(dataSource: DataSource): Promise<void> {
  await dataSource.runMigrations();
  expect(await differences(dataSource)).toEqual([]);
  for (const migration of dataSource.migrations) {
    expect(migration.down).toBeInstanceOf(Function);
    await dataSource.undoLastMigration();
  }
}

describe('wechatAuthMigrations', () => {
  it('create exactly what the entities describe, and down() removes all of it', async () => {
    const dataSource = await connect(await newDatabase());
    await upAndDown(dataSource);
    expect(await tables(dataSource)).toEqual(['public.migrations']);
    await dataSource.runMigrations();
    expect(await differences(dataSource)).toEqual([]);
  });

  it('create the documented tables, columns and indexes', async () => {
    const dataSource = await connect(await newDatabase());
    await dataSource.runMigrations();
    const columns = await dataSource.query<{ name: string }[]>(
      `SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS name
       FROM information_schema.columns WHERE table_name LIKE 'wechat%' ORDER BY table_name, ordinal_position`,
    );
    expect(columns.map(({ name }) => name)).toEqual([
      'wechat_revoked_session.user_id uuid',
      'wechat_revoked_session.id uuid',
      'wechat_revoked_session.expires_at timestamp with time zone',
      'wechat_user.id uuid',
      'wechat_user.appid character varying',
      'wechat_user.openid character varying',
      'wechat_user.unionid character varying null',
      'wechat_user.session_key bytea null',
      'wechat_user.session_key_at timestamp with time zone null',
      'wechat_user.session_epoch integer',
      'wechat_user.created_at timestamp with time zone',
      'wechat_user.updated_at timestamp with time zone',
      'wechat_user.last_login_at timestamp with time zone',
    ]);
    const indexes = await dataSource.query<{ indexdef: string }[]>(
      `SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'wechat%' ORDER BY indexname`,
    );
    expect(indexes.map(({ indexdef }) => indexdef.replace(/ ON .* USING btree/, ''))).toEqual([
      'CREATE INDEX wechat_revoked_session_expires_at_idx (expires_at)',
      'CREATE UNIQUE INDEX wechat_revoked_session_pkey (user_id, id)',
      'CREATE UNIQUE INDEX wechat_user_appid_openid_key (appid, openid)',
      'CREATE UNIQUE INDEX wechat_user_pkey (id)',
      'CREATE INDEX wechat_user_unionid_idx (unionid) WHERE (unionid IS NOT NULL)',
    ]);
  });

  it('run together with the migrations and entities of the app', async () => {
    const dataSource = await connect(await newDatabase(), {
      entities: [Order, ...wechatAuthEntities],
      migrations: [CreateOrder1800000000000, ...wechatAuthMigrations],
    });
    await upAndDown(dataSource);
    expect(await tables(dataSource)).toEqual(['public.migrations']);
  });

  it('run in a database with a later migration of the app', async () => {
    const url = await newDatabase();
    class Earlier1900000000000 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('CREATE TABLE host_table (id int)');
      }
      async down(runner: QueryRunner): Promise<void> {
        await runner.query('DROP TABLE host_table');
      }
    }
    const before = await connect(url, { entities: [], migrations: [Earlier1900000000000] });
    await before.runMigrations();
    const after = await connect(url, {
      migrations: [Earlier1900000000000, ...wechatAuthMigrations],
    });
    expect((await after.runMigrations()).map(({ name }) => name)).toEqual(
      wechatAuthMigrations.map(({ name }) => name),
    );
    expect(await tables(after)).toContain('public.wechat_user');
  });

  it.each<[string, Partial<DataSourceOptions>, string]>([
    ['a schema other than public', { schema: 'App' }, 'App.wechat_user'],
    ['a prefix', { entityPrefix: 'my_' }, 'public.my_wechat_user'],
    ['a naming strategy', { namingStrategy: new ShoutingNames() }, 'public.wechat_user'],
    ['pgcrypto instead of uuid-ossp', { uuidExtension: 'pgcrypto' } as never, 'public.wechat_user'],
  ])('work in a DataSource with %s', async (_, options, table) => {
    const url = await newDatabase();
    const admin = await connect(url);
    await admin.query('CREATE SCHEMA "App"');
    const dataSource = await connect(url, options);
    await dataSource.runMigrations();
    expect(await tables(dataSource)).toContain(table);
    expect(await differences(dataSource)).toEqual([]);
    await dataSource.undoLastMigration();
    expect(await tables(dataSource)).not.toContain(table);
  });

  it('run on PostgreSQL 13', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-13-'));
    chmodSync(folder, 0o755);
    cleanUp.push(() => rm(folder, { recursive: true, force: true }));
    const postgres = await startPostgres({
      dataDir: join(folder, 'data'),
      persistent: false,
      version: 13,
    });
    cleanUp.push(() => postgres.stop());
    const dataSource = await connect(postgres.url());
    const [row] = await dataSource.query<{ server_version: string }[]>('SHOW server_version');
    expect(row?.server_version).toMatch(/^13\./);
    await upAndDown(dataSource);
  });

  it('run once if instances that start at the same time wait for each other', async () => {
    for (let round = 0; round < 5; round++) {
      const url = await newDatabase();
      const instances = await Promise.all(Array.from({ length: 6 }, () => connect(url)));
      await Promise.all(instances.map(runMigrationsInTurn));
      const [first] = instances as [DataSource];
      expect(await first.query('SELECT name FROM migrations')).toEqual([
        { name: 'CreateWechatAuth1763800000000' },
      ]);
    }
  });
});
