import { repeatedly, type Fault } from './fault.js';

const TABLES = ['wechat_user', 'wechat_revoked_session'];

/** In turn, repeatedly. */
const CHANGES = TABLES.flatMap((table) => [
  `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS chaos int DEFAULT 1`,
  `ANALYZE ${table}`,
  `REINDEX TABLE ${table}`,
  `VACUUM FULL ${table}`,
  `REINDEX TABLE CONCURRENTLY ${table}`,
  `ALTER TABLE ${table} DROP COLUMN chaos`,
]);

export const schemaFaults: Fault[] = [
  {
    name: 'Columns added and dropped, ANALYZE, REINDEX and VACUUM FULL',
    seconds: 8,
    ...repeatedly(100, ({ database }, round) =>
      database.query(CHANGES[round % CHANGES.length] ?? ''),
    ),
  },
];
