/** The versions and tools of an app. */
export interface Row {
  readonly nest: 11 | 12;
  readonly platform: 'express' | 'fastify';
  readonly node: number;
  readonly typeorm: '0.3' | '1';
  readonly manager: 'npm' | 'pnpm' | 'yarn';
  readonly compiler: 'tsc' | 'swc';
  readonly postgres: 13 | 18;
}

const row = (
  ...[nest, platform, node, typeorm, manager, compiler, postgres]: [
    ...[Row['nest'], Row['platform'], Row['node'], Row['typeorm']],
    ...[Row['manager'], Row['compiler'], Row['postgres']],
  ]
): Row => ({ nest, platform, node, typeorm, manager, compiler, postgres });

/**
 * Every pair of values is in one row. On Node 20 yarn refuses Nest 12 and Fastify, by the engines of
 * their dependencies.
 */
export const ROWS: readonly Row[] = [
  row(11, 'fastify', 20, '0.3', 'npm', 'tsc', 13),
  row(12, 'fastify', 20, '1', 'pnpm', 'swc', 18),
  row(11, 'express', 20, '1', 'yarn', 'tsc', 18),
  row(12, 'express', 22, '0.3', 'yarn', 'swc', 18),
  row(11, 'fastify', 22, '1', 'npm', 'swc', 13),
  row(12, 'express', 22, '1', 'pnpm', 'tsc', 13),
  row(12, 'fastify', 24, '0.3', 'npm', 'tsc', 18),
  row(11, 'express', 24, '1', 'pnpm', 'swc', 13),
  row(12, 'express', 24, '1', 'yarn', 'swc', 13),
  row(11, 'fastify', 26, '0.3', 'pnpm', 'tsc', 13),
  row(12, 'express', 26, '1', 'npm', 'swc', 18),
  row(11, 'fastify', 26, '0.3', 'yarn', 'swc', 18),
];

export const nameOf = (row: Row): string =>
  `Nest ${row.nest}, ${row.platform}, Node ${row.node}, TypeORM ${row.typeorm}, ${row.manager}, ${row.compiler}, PostgreSQL ${row.postgres}`;
