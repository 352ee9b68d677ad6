import type { Figure } from '../rows.js';
import type { Results } from '../run.js';
import { spreadOf } from '../statistics.js';
import { number, table } from './format.js';

const USERS = 1e8;
const REQUESTS = 1e5;
/** Each user comes once a day, and the peak is three times the mean. */
const LOGINS = (USERS / 86_400) * 3;
/** The default of two hours, and an hour of grace before a row is cleared. */
const REVOCATION_SECONDS = 3 * 3600;

export function sizesTable({ sizes }: Results): string {
  const rows = { wechat_user: USERS, wechat_revoked_session: LOGINS * REVOCATION_SECONDS };
  const gigabytes = (bytes: number): string => `${number(bytes / 1e9)} GB`;
  const lines = (['wechat_user', 'wechat_revoked_session'] as const).map((name) => {
    const [heap, indexes] = sizes[name];
    const all = [gigabytes(rows[name] * heap), gigabytes(rows[name] * indexes)];
    return [`\`${name}\``, number(rows[name]), number(heap), number(indexes), ...all];
  });
  const head = [
    'Table',
    'Rows',
    'Bytes a row',
    'Indexes, bytes a row',
    'Rows in all',
    'Indexes in all',
  ];
  return table(head, lines);
}

export function loadTable({ groups }: Results): string {
  const line = (label: string, id: string, row: string, perSecond: number): string[] => {
    const shots = groups.find(({ group }) => group.id === id)?.shots[row] ?? [];
    const median = (figure: Figure): number =>
      spreadOf(shots.map((shot) => shot[figure] ?? NaN)).median;
    return [
      label,
      number(perSecond),
      number(median('statements')),
      number(perSecond * median('statements')),
      `${number((perSecond * median('cpu')) / 1e6)} cores`,
      number(Math.ceil(perSecond / median('perSecond'))),
    ];
  };
  return table(
    ['', 'A second', 'Statements each', 'Statements a second', 'Processor', 'Processes'],
    [
      line('guarded requests', 'fastify', 'guarded', REQUESTS),
      line('guarded requests that read their user', 'fastify', 'guardedUser', REQUESTS),
      line('logins', 'logins', 'ours', LOGINS),
    ],
  );
}
