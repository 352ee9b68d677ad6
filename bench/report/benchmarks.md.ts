import { POSTGRES_FLAGS } from '../data/database.js';
import type { Results } from '../results.js';
import { guardsTable, loginsTable, microTable, targetsTable } from './tables.js';
import { megabytes, number, spread, table } from './format.js';
import { versions, type Machine } from './machine.js';

/** The page `docs/BENCHMARKS.md`. */
export function benchmarksPage(results: Results, machine: Machine): string {
  const { plan, memory } = results;
  const { guards, logins, connections, tokens } = plan;
  const heap = [memory.afterWarmUp, ...memory.later].map((bytes) => number(megabytes(bytes)));
  return `# Benchmarks

Written by \`${command(results)}\`. ${plan.name === 'quick' ? 'This was a quick run, with short rounds: for the figures that count, run it without `--quick`.' : 'With `-- --quick` it takes under two minutes.'}

## The figures to reach

${targetsTable(results)}

## Guarded requests

${String(connections)} connections, ${number(tokens)} tokens of different users, ${String(guards.rounds)} rounds of ${String(guards.seconds)} s each in alternation. Only the last two guards know of revocation.

### Fastify

${guardsTable(results.fastify)}

### Express

${guardsTable(results.express)}

## Over connections

![Requests per second and p99 latency over connections](bench-connections.svg)

## Over revoked sessions

![Cost of a probe over revoked sessions](bench-revoked.svg)

What asking Postgres whether a session is live costs with so many rows in \`wechat_revoked_session\`, in µs, for one request at a time and for 64 at a time:

${table(
  ['revoked sessions', 'alone: its wait', 'of 64: time per request'],
  results.probes.map(({ rows, alone, together }) => [
    number(rows),
    spread(alone, ' µs'),
    spread(together, ' µs'),
  ]),
)}

## Logins kept

${String(logins.concurrency)} at a time, ${number(logins.newShare * 100)} % of them of new users, the others of any of ${number(plan.users)}. Ours encrypts the session key; the others store it as it is. Ours and the last but one prepare their statement, as \`pg\` does for a query with a name.

${loginsTable(results.logins)}

## Verifying alone

A call with a token that was seen before, 1,000 of them in turn, without the probe:

${microTable(results.verify)}

## Memory

The heap after full collections, over ${number(plan.memory.requests)} guarded requests with ${number(plan.memory.tokens)} different tokens: ${heap[0] ?? ''} MB after a warm-up of ${number(plan.memory.warmUp)} requests, then ${heap.slice(1).join(', ')} MB.

## Where it ran

${table(
  ['', ''],
  [
    ['Date', new Date().toISOString().slice(0, 10)],
    ['Processor', machine.processor],
    ['Memory', machine.memory],
    ['System', machine.system],
    ['Load before it began', machine.load],
    ['Versions', `${versions()}, PostgreSQL ${results.postgres}`],
    ['Rows', `${number(plan.users)} users, ${number(plan.revokedSessions)} revoked sessions`],
    ['PostgreSQL settings', POSTGRES_FLAGS.map((flag) => `\`${flag}\``).join(', ')],
  ],
).replaceAll('---:', '---')}

## How to read it

- Every figure is the median of its rounds, with the least and the most in brackets. The peers take turns (A B C A B C …), and a ratio is taken within a round, so that whatever slows the machine for a while slows both of its sides. Compare ratios; the absolute figures belong to this machine.
- Each server is a process of its own, as is the load (autocannon), and all share the cores above with Postgres. The load takes about a core for itself, so a route that answers faster than autocannon asks looks slower than it is: the open route most of all.
- "Processor" is the time that the server's own process spent on a request, Postgres not counted. It depends less on how many cores there are than requests per second do.
- "Statements" are counted where they leave the server's process. Ours asks for every request, and for all that wait in one statement: hence less than one.
- Every answer is checked: the user id belongs to the token; tokens whose session was revoked get 401 from the guards that know of revocation; nothing else is refused. One wrong answer ends the run.
- The guard of Nest's docs and passport-jwt take a string as their secret, as their documentation shows it; \`jsonwebtoken\` then looks for a PEM key in it at every call. Our own statements are prepared once on each connection, those of TypeORM cannot be. The careful guard holds a \`KeyObject\`, names the algorithm, and sends one \`SELECT\` through TypeORM for each request.
`;
}

const command = ({ plan }: Results): string =>
  plan.name === 'quick' ? 'npm run bench -- --quick' : 'npm run bench';
