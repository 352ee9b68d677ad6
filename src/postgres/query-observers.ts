import type { DataSource, QueryRunner } from 'typeorm';

/**
 * Runs a statement that does not go through TypeORM, and notifies the query logger and subscribers
 * of the DataSource as TypeORM does.
 */
export async function withQueryObservers<Result>(
  { logger, options }: DataSource,
  runner: QueryRunner,
  sql: string,
  parameters: unknown[],
  work: () => Promise<Result>,
): Promise<Result> {
  const { broadcaster } = runner;
  const { maxQueryExecutionTime = 0 } = options;
  logger.logQuery(sql, parameters, runner);
  await broadcaster.broadcast('BeforeQuery', sql, parameters);
  const start = Date.now();
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    logger.logQueryError(error as Error, sql, parameters, runner);
    await broadcaster.broadcast('AfterQuery', sql, parameters, false, undefined, undefined, error);
    throw error;
  }
  const time = Date.now() - start;
  if (maxQueryExecutionTime > 0 && time > maxQueryExecutionTime) {
    logger.logQuerySlow(time, sql, parameters, runner);
  }
  await broadcaster.broadcast('AfterQuery', sql, parameters, true, time, result, undefined);
  return result;
}
