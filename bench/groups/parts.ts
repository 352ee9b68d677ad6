import type { Goal, Group, Row } from '../rows.js';
import { onRoute } from './guards.js';

const part = (call: string, label: string, code: string, goals: Goal[] = []): Row => ({
  label,
  code,
  load: { call, concurrency: 1 },
  goals,
});

/** A part of a guarded request, without Postgres. */
export const parts = (): Group => ({
  id: 'parts',
  rounds: [9, 0.2, 0.5],
  columns: ['micros'],
  rows: {
    empty: part('emptyGuard', 'empty guard', 'a guard that returns `true`'),
    verify: part('verify', '**verify**', 'nothing, instead of a cache of tokens', [
      { over: 'empty', figure: 'micros', isDifference: true, atMost: 2 },
    ]),
  },
});

/** Strict verifications, where so many sessions are revoked. */
export function revoked(sizes: readonly number[]): Group {
  const rows: Record<string, Row> = {};
  for (const revokedSessions of sizes) {
    for (const concurrency of [1, 64]) {
      rows[`${revokedSessions} ${concurrency}`] = {
        label: `${revokedSessions.toLocaleString('en-US')} revoked: ${concurrency} at a time`,
        code: '`SessionsService.verify`, instead of a `SELECT`',
        load: { call: 'strictVerify', concurrency },
        revokedSessions,
      };
    }
  }
  const columns = ['micros', 'statements'] as const;
  return { id: 'revoked', rounds: [3, 1, 0.5], columns, rows, isInSequence: true };
}

/** Guarded requests that read their user, with more tokens than the library remembers. */
export function heap(tokens: number, requests: number): Group {
  const rows: Record<string, Row> = {};
  for (let part = 0; part <= 4; part++) {
    const { load, ...row } = onRoute('guardedUser', 64);
    // The first part is the warm-up: all tokens, once and half again.
    const count = part === 0 ? 1.5 * tokens : requests / 4;
    const goal: Goal = { over: '0', figure: 'heap', isDifference: true, atMost: 4 };
    rows[part] = {
      ...row,
      label:
        part === 0 ? 'warm' : `after ${((part * requests) / 4).toLocaleString('en-US')} requests`,
      load: { ...load, requests: count },
      goals: part === 4 ? [goal] : [],
    };
  }
  return { id: 'heap', rounds: [1, 0, 0], columns: ['heap'], tokens, rows, isInSequence: true };
}
