import type { Logger } from 'typeorm';

/** Counts the statements that reach Postgres: `{ logger: counter, logging: ['query'] }`. */
export class QueryCount implements Logger {
  count = 0;

  logQuery(): void {
    this.count++;
  }

  logQueryError = (): undefined => undefined;
  logQuerySlow = (): undefined => undefined;
  logSchemaBuild = (): undefined => undefined;
  logMigration = (): undefined => undefined;
  log = (): undefined => undefined;
}
