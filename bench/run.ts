import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { addRevokedSessions, addUsers, startDatabase } from './data/database.js';
import { writeTickets } from './data/tickets.js';
import { connections, guards, onRoute, processes } from './groups/guards.js';
import { logins, storedLogins } from './groups/logins.js';
import { micro, revoked } from './groups/micro.js';
import { RunningSubjects, measure, say, type Bench } from './measure.js';
import type { Plan } from './plan.js';
import { Child } from './processes/child.js';
import type * as wechatModule from './processes/wechat.js';
import type { Group, Shots } from './rows.js';
import type { Settings } from './subjects/subject.js';

/** All that a run measured; of a part of it, the groups that were asked for. */
export interface Results {
  readonly plan: Plan;
  readonly postgres: string;
  readonly groups: readonly { readonly group: Group; readonly shots: Shots }[];
  /** Bytes after a collection: after the warm-up, and at even distances from then on. */
  readonly heap: readonly number[];
}

const FOLDER = 'reports/bench';
const HEAP_TICKETS = `${FOLDER}/heap-tickets.json`;
const HEAP_PARTS = 4;

/**
 * Measures everything in turn, on a Postgres and a WeChat of its own.
 * @param only - the ids of groups; all where absent.
 */
export async function run(plan: Plan, execArgv: string[], only?: string[]): Promise<Results> {
  const isWanted = (id: string): boolean => only?.includes(id) ?? true;
  say(`PostgreSQL with ${String(plan.users)} users …`);
  const app = { appid: 'wx00000000000000be', secret: randomBytes(16).toString('hex') };
  const database = await startDatabase();
  await addUsers(database, plan.users, app.appid);
  await addRevokedSessions(database, plan.revokedSessions);
  const wechat = new Child<typeof wechatModule>('./wechat.js');
  const settings: Settings = {
    app,
    databaseUrl: database.url,
    wechatUrl: await wechat.call('start', app),
    jwtSecret: randomBytes(32).toString('base64'),
    users: plan.users,
    tickets: `${FOLDER}/tickets.json`,
  };
  const bench: Bench = { plan, settings, database, execArgv };
  say('tokens …');
  mkdirSync(FOLDER, { recursive: true });
  await writeTickets(settings.tickets, plan.tokens, settings, database);

  const groups: { group: Group; shots: Shots }[] = [];
  for (const group of [
    guards('Fastify', plan),
    guards('Express', plan),
    connections(plan),
    processes(plan),
    logins(plan),
    storedLogins(plan),
    micro(plan),
  ]) {
    if (isWanted(group.id)) groups.push({ group, shots: await measure(bench, group) });
  }
  const heap = isWanted('heap') ? await measureHeap(bench) : [];
  // Last, as it fills the table of revoked sessions.
  if (isWanted('revoked')) groups.push(await measureRevoked(bench));
  const [version] = await database.query<{ server_version: string }>('SHOW server_version');
  await wechat.stop();
  await database.stop();
  return { plan, postgres: version?.server_version ?? '', groups, heap };
}

/** Over guarded requests that read their user, with more tokens than the library remembers. */
async function measureHeap(bench: Bench): Promise<number[]> {
  const { tokens, warmUp, requests } = bench.plan.heap;
  await writeTickets(HEAP_TICKETS, tokens, bench.settings, bench.database);
  const running = new RunningSubjects(bench);
  const row = onRoute('guardedUser', 64);
  const [instance] = await running.instancesOf(row);
  const heap: number[] = [];
  for (let part = 0; part <= HEAP_PARTS; part++) {
    const count = part === 0 ? warmUp : requests / HEAP_PARTS;
    await running.fire(row, { requests: count }, HEAP_TICKETS);
    heap.push((await instance?.child.call('heap')) ?? NaN);
    say(`heap after ${String(count)} requests: ${((heap.at(-1) ?? NaN) / 2 ** 20).toFixed(1)} MB`);
  }
  await running.stop();
  return heap;
}

/** One group of all sizes of the table. */
async function measureRevoked(bench: Bench): Promise<{ group: Group; shots: Shots }> {
  const { plan, database } = bench;
  const shots: Shots = {};
  const rows: Record<string, Group['rows'][string]> = {};
  let there = 0;
  await database.query('TRUNCATE wechat_revoked_session');
  for (const size of plan.revokedSizes) {
    await addRevokedSessions(database, size - there);
    there = size;
    const group = revoked(plan, size);
    Object.assign(rows, group.rows);
    Object.assign(shots, await measure(bench, group));
  }
  return { group: { ...revoked(plan, 0), rows }, shots };
}
