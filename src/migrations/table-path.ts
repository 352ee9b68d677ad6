import type { QueryRunner } from 'typeorm';

/** A table of ours, quoted, in the schema and with the prefix of the host's DataSource. */
export function tablePath({ connection }: QueryRunner, table: string): string {
  const { driver, options } = connection;
  const schema = 'schema' in options ? options.schema : undefined;
  const name = driver.escape(`${options.entityPrefix ?? ''}${table}`);
  return schema === undefined ? name : `${driver.escape(schema)}.${name}`;
}
