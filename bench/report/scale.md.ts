import type { RowSize } from '../data/database.js';
import type { Results } from '../results.js';
import { spreadOf } from '../statistics.js';
import { number, table } from './format.js';

const USERS = 1e8;
const REQUESTS = 1e5;
/** Each user comes once a day, and the peak is three times the mean. */
const LOGINS = (USERS / 86_400) * 3;
/** The default of two hours, and an hour of grace before a row is cleared. */
const REVOCATION_SECONDS = 3 * 3600;

interface Cost {
  readonly rows: number;
  readonly size: RowSize;
}

const gigabytes = (bytes: number): string => `${number(bytes / 1e9)} GB`;

const tableRow = (name: string, { rows, size }: Cost): string[] => [
  `\`${name}\``,
  number(rows),
  number(size.heap),
  number(size.indexes),
  gigabytes(rows * size.heap),
  gigabytes(rows * size.indexes),
];

const probeCosts = (points: Results['probes']): string =>
  [points[0], points.at(-1)]
    .filter((point) => point !== undefined)
    .map(({ rows, alone }) => `${number(alone.median)} µs among ${number(rows)} revoked sessions`)
    .join(', ');

/** The page `docs/SCALE.md`. */
export function scalePage({ rowSizes, fastify, growth, logins, plan, probes }: Results): string {
  const revoked = LOGINS * REVOCATION_SECONDS;
  const median = (figures: readonly number[]): number => spreadOf(figures).median;
  const perProcess = median(fastify.ours.map(({ perSecond }) => perSecond));
  const statements = median(fastify.ours.map((shot) => shot.statements));
  const processor = median(fastify.ours.map(({ cpu }) => cpu));
  const perLogin = median(logins.ours.map(({ cpu }) => cpu));
  return `# At scale

What ${number(USERS)} users and ${number(REQUESTS)} guarded requests a second cost, derived from the figures in [BENCHMARKS.md](BENCHMARKS.md) of the same run.

## Rows and bytes

${table(
  ['table', 'rows', 'bytes a row', 'indexes, bytes a row', 'rows in all', 'indexes in all'],
  [
    tableRow('wechat_user', { rows: USERS, size: rowSizes.users }),
    tableRow('wechat_revoked_session', { rows: revoked, size: rowSizes.revokedSessions }),
  ],
)}

Bytes a row are those of the tables as they were filled here, half of the users with a \`unionid\`. Revoked sessions: every user logs in once a day and three times as many do so at the peak (${number(LOGINS)}/s), each login replaces a session that was still good, and a row stays for three hours: until the session would have expired, and an hour of grace. Users alone grow the data; the revoked sessions are as many as three hours leave behind.

## Statements

${table(
  ['', 'a second', 'statements each', 'statements a second', 'processor, all together'],
  [
    [
      'guarded requests',
      number(REQUESTS),
      number(statements),
      number(REQUESTS * statements),
      `${number((REQUESTS * processor) / 1e6)} cores`,
    ],
    ['logins', number(LOGINS), '1', number(LOGINS), `${number((LOGINS * perLogin) / 1e6)} cores`],
  ],
)}

One process served ${number(perProcess)} guarded requests a second on Fastify with ${String(plan.connections)} connections, so ${number(REQUESTS)} take ${number(Math.ceil(REQUESTS / perProcess))} processes. A process has one probe under way at any time, whatever its load; the more requests wait, the more of them share the next one:

${table(
  ['connections', 'requests/s', 'statements a request', 'statements/s'],
  growth.map(({ ours }) => [
    String(ours.connections),
    number(ours.perSecond),
    number(ours.statements),
    number(ours.perSecond * ours.statements),
  ]),
)}

So the statements grow with the processes and not with the requests, and a probe is a lookup by primary key in each of two tables: ${probeCosts(probes)}.

## What carries it

- **A larger primary** comes first. What has to be in memory are the indexes and the users of the day, and Postgres takes the statements above on a few cores. Probes go to the primary alone, since a replica may not yet know of a logout.
- **PgBouncer** when the pools of all processes (10 connections each by default) come to more than a few hundred. Everything here is single statements, so that transaction pooling will do. They are prepared, which PgBouncer keeps apart from 1.21 on (\`max_prepared_statements\`); behind an older one, the library notices and goes on without, where a probe costs half as much again, or twice as much.
- **Partitions by \`user_id\`.** The primary key of \`wechat_revoked_session\` is \`(user_id, id)\`: \`PARTITION BY HASH (user_id)\` needs no other key and no other query. Smaller partitions are vacuumed sooner, which is what a table that is refilled every three hours asks for. The tests run on such a table as well (\`test/partitions.e2e-spec.ts\`).
- **Citus** (or any sharding by a column) when one primary cannot take the writes: \`wechat_revoked_session\`, which takes most of them, distributes by \`user_id\`. \`wechat_user\` can stay whole, at ${gigabytes(USERS * (rowSizes.users.heap + rowSizes.users.indexes))}; to distribute it by \`id\` as well, \`unique (appid, openid)\` would have to go, as no sharded table can promise that without the distribution column. We have not run it: measure there how a probe, which looks up a list of keys, is planned.
`;
}
