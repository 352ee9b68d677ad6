import type { DataSource, QueryRunner } from 'typeorm';

/** One of our tables, quoted, with the schema and prefix of the DataSource. */
export function tablePath(queryRunner: QueryRunner, table: string): string {
  // TypeORM 1.x prefers `dataSource`, which 0.3 does not have.
  const { connection } = queryRunner as { connection: DataSource };
  const { driver, options } = connection;
  const schema = 'schema' in options ? options.schema : undefined;
  const name = driver.escape(`${options.entityPrefix ?? ''}${table}`);
  return schema === undefined ? name : `${driver.escape(schema)}.${name}`;
}
