import type { Logger } from 'typeorm';

/** Counts the statements that reach Postgres: `{ logger: counter, logging: ['query'] }`. */
export class QueryCount implements Logger {
  count = 0;
  /** How many of them failed. */
  errors = 0;
  /** How many of them took longer than `maxQueryExecutionTime`. */
  slow = 0;

  logQuery(): void {
    this.count++;
  }

  logQueryError(): void {
    this.errors++;
  }

  logQuerySlow(): void {
    this.slow++;
  }

  logSchemaBuild = (): undefined => undefined;
  logMigration = (): undefined => undefined;
  log = (): undefined => undefined;
}
