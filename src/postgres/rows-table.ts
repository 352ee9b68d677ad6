/** Rows as a table in a statement, with a last column `place` that counts them from 1. */
export interface RowsTable {
  readonly sql: string;
  /** The parameters `$1`, `$2`, … of `sql`. */
  readonly values: unknown[];
}

type Type = 'uuid' | 'int' | 'text';

/**
 * @param types - of the columns.
 * @param rows - at least one.
 */
export function rowsTable(
  types: readonly Type[],
  rows: readonly (readonly (string | number)[])[],
): RowsTable {
  const parameters = types.map((type, i) => `$${String(i + 1)}::${type}`);
  const [first] = rows;
  if (first !== undefined && rows.length === 1) {
    return { sql: `(VALUES (${parameters.join(', ')}, 1::bigint))`, values: [...first] };
  }
  // In a subquery Postgres does not see the length of an array. If it does, a plan for a few rows
  // looks cheaper than the generic plan, and it plans the statement again each time.
  const arrays = parameters.map((parameter) => `(SELECT ${parameter}[])`);
  return {
    sql: `unnest(${arrays.join(', ')}) WITH ORDINALITY`,
    values: types.map((type, i) =>
      arrayOf(
        type,
        rows.map((row) => row[i]),
      ),
    ),
  };
}

/** A Postgres array literal for UUIDs and numbers, which need no quotes; `pg` makes the others. */
const arrayOf = (type: Type, values: readonly unknown[]): unknown =>
  type === 'text' ? values : `{${values.join(',')}}`;
