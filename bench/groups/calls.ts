import type { Goal, Group, Row } from '../rows.js';

/** Concurrent calls in the process of the application. */
function row(call: string, concurrency: number, label: string, code: string, goals: Goal[] = []) {
  return { label, code, load: { call, concurrency }, goals };
}

const upsert = '`UsersService.upsert`, instead of SQL and a cipher';

/** The part of a login that is Postgres. */
export const storedLogins = (): Group => ({
  id: 'stored',
  rounds: [5, 3, 2],
  columns: ['perSecond', 'ratio', 'cpu', 'statements'],
  ratio: 'Over `findOne`, `save`',
  rows: {
    findThenSave: row('findThenSave', 32, '`findOne`, `save`', 'as most tutorials'),
    typeormUpsert: row('typeormUpsert', 32, '`upsert`', 'TypeORM’s `upsert`'),
    bare: row('bare', 32, 'bare', '`INSERT … ON CONFLICT` through `pg`'),
    prepared: row('prepared', 32, 'bare, prepared', 'the same with a `name`'),
    ours: row('ours', 32, '**stored**', upsert, [
      { over: 'findThenSave', atLeast: 3 },
      { over: 'bare', atLeast: 0.9 },
    ]),
  },
});

/** A part of a guarded request, without Postgres. */
export const parts = (): Group => ({
  id: 'parts',
  rounds: [9, 0.2, 0.5],
  columns: ['micros'],
  rows: {
    empty: row('emptyGuard', 1, 'empty guard', 'a guard that returns `true`'),
    verify: row('verify', 1, '**verify**', 'nothing, instead of a cache of tokens', [
      { over: 'empty', figure: 'micros', isDifference: true, atMost: 2 },
    ]),
  },
});

/** Strict verifications, with a number of revoked sessions. */
export function revoked(sizes: readonly number[]): Group {
  const rows: Record<string, Row> = {};
  for (const revokedSessions of sizes) {
    for (const count of [1, 64]) {
      const label = `${revokedSessions.toLocaleString('en-US')} revoked: ${count} at a time`;
      const code = '`SessionsService.verify`, instead of a `SELECT`';
      const verify = row('strictVerify', count, label, code);
      rows[`${revokedSessions} ${count}`] = { ...verify, revokedSessions };
    }
  }
  const columns = ['micros', 'statements'] as const;
  return { id: 'revoked', rounds: [3, 1, 0.5], columns, rows, isInSequence: true };
}
