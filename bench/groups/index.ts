import type { Group } from '../rows.js';
import { parts, revoked, storedLogins } from './calls.js';
import { connections, guards, heap, processes } from './guards.js';
import { logins } from './logins.js';

const groups = (isQuick: boolean): Group[] => [
  guards('Fastify'),
  guards('Express'),
  connections([1, 2, 4, 8, 64, 512]),
  processes(),
  logins(),
  storedLogins(),
  parts(),
  isQuick ? heap(8_000, 16_000) : heap(200_000, 2_000_000),
  // Last, because it empties the table of revoked sessions.
  revoked([1e3, 1e4, 1e5, 1e6, 1e7]),
];

/** The rows of a quick run: those with the most important ratios. */
const QUICK_ROWS = [
  ...['open', 'careful', 'guarded', 'passportUser', 'guardedUser'].map((row) => `fastify/${row}`),
  ...['open', 'guardedUser'].map((row) => `express/${row}`),
  ...['careful 1', 'guarded 1'].map((row) => `connections/${row}`),
  ...['axios', 'ours'].map((row) => `logins/${row}`),
  ...['findThenSave', 'ours'].map((row) => `stored/${row}`),
  'parts',
  'heap',
];

/** Enough for V8 to have compiled what is measured. */
const QUICK_ROUNDS = [2, 1, 2] as const;

/**
 * What is measured.
 * @param only - groups, or rows such as `fastify/guardedUser`; if absent all, or the quick ones.
 */
export const groupsOf = (isQuick: boolean, only?: string[]): Group[] =>
  groups(isQuick).flatMap((group) => {
    const wanted = only ?? (isQuick ? QUICK_ROWS : [group.id]);
    const rows = Object.entries(group.rows).filter(([row]) =>
      [group.id, `${group.id}/${row}`].some((name) => wanted.includes(name)),
    );
    // Groups of shorter measurements are quick already.
    const rounds = isQuick && group.rounds[1] >= 1 ? QUICK_ROUNDS : group.rounds;
    return rows.length === 0 ? [] : [{ ...group, rounds, rows: Object.fromEntries(rows) }];
  });
