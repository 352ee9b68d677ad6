import type { Group } from '../rows.js';
import { parts, revoked, storedLogins } from './calls.js';
import { connections, guards, heap, processes } from './guards.js';
import { logins } from './logins.js';

const groups = (isQuick: boolean): Group[] => [
  guards('Fastify'),
  guards('Express'),
  connections(isQuick ? [1, 2, 4, 8] : [1, 2, 4, 8, 64, 512]),
  processes(),
  logins(),
  storedLogins(),
  parts(),
  isQuick ? heap(24_000, 16_000) : heap(200_000, 2_000_000),
  // Last, because it empties the table of revoked sessions.
  revoked(isQuick ? [1e3, 1e4, 1e5] : [1e3, 1e4, 1e5, 1e6, 1e7]),
];

/**
 * What is measured.
 * @param only - groups, or rows such as `fastify/guardedUser`; all if absent.
 */
export const groupsOf = (isQuick: boolean, only?: string[]): Group[] =>
  groups(isQuick).flatMap((group) => {
    const [rounds, seconds, warmUpSeconds] = group.rounds;
    const isWanted = (row: string): boolean =>
      only?.some((wanted) => [group.id, `${group.id}/${row}`].includes(wanted)) ?? true;
    const rows = Object.entries(group.rows).filter(([row]) => isWanted(row));
    return rows.length === 0
      ? []
      : [
          {
            ...group,
            rounds: isQuick
              ? [Math.min(3, rounds), seconds / 10, warmUpSeconds / 10]
              : group.rounds,
            rows: Object.fromEntries(rows),
          },
        ];
  });
