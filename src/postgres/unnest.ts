/**
 * The parameters `$1`, `$2`, … as columns, one array of each type. In a subquery Postgres does not
 * see their length. If it does, a plan for one row looks cheaper than the generic plan, so it plans
 * the statement again each time: half of the time of a short batch.
 */
export const unnest = (...types: readonly string[]): string =>
  `unnest(${types.map((type, i) => `(SELECT $${String(i + 1)}::${type}[])`).join(', ')})`;
