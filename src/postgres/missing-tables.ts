import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { wechatAuthEntities } from './entities.js';
import { PostgresClient, WECHAT_AUTH_DATA_SOURCE } from './postgres-client.js';

/** Logs an error before the first request if our tables are missing. */
@Injectable()
export class MissingTables implements OnApplicationBootstrap {
  private readonly logger = new Logger('WechatAuth');

  constructor(
    private readonly postgres: PostgresClient,
    @Inject(WECHAT_AUTH_DATA_SOURCE) private readonly dataSource: DataSource,
  ) {}

  /** Does not stop the start: migrations may run after it. */
  async onApplicationBootstrap(): Promise<void> {
    // The app may initialize it later.
    if (!this.dataSource.isInitialized) return;
    try {
      const missing = await this.find();
      if (missing.length > 0) {
        this.logger.error(
          `Postgres has no table ${missing.join(', ')}. Run wechatAuthMigrations: add them to the migrations of your DataSource, with migrationsRun: true or the migration:run command of TypeORM.`,
        );
      }
    } catch (error) {
      // An outage, which has been logged.
      if (!(error instanceof WechatAuthError)) throw error;
    }
  }

  private find(): Promise<string[]> {
    const tables = wechatAuthEntities.map((entity) => this.postgres.table(entity));
    const rows = tables.map((_, i) => `($${String(i + 1)}::text)`).join(', ');
    return this.postgres.query(
      `SELECT name FROM (VALUES ${rows}) AS tables(name) WHERE to_regclass(name) IS NULL`,
      tables,
      (row) => row.text('name'),
    );
  }
}
