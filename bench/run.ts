import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingsFor, type Settings } from './data/apps.js';
import { BenchDatabase } from './data/database.js';
import { mint } from './data/mint.js';
import { writeTickets } from './data/tickets.js';
import type { Plan } from './plan.js';
import { Cleanup } from './processes/cleanup.js';
import type { Results } from './results.js';
import { say, type Bench } from './stages/bench.js';
import { GuardServers } from './stages/guard-servers.js';
import { measureGrowth, type GrowthFigures } from './stages/growth.stage.js';
import { measureGuards, type GuardFigures } from './stages/guards.stage.js';
import { measureLogins } from './stages/logins.stage.js';
import { measureMemory } from './stages/memory.stage.js';
import { measureProbes } from './stages/probes.stage.js';
import { measureVerify } from './stages/verify.stage.js';

/** Everything in turn, on a Postgres of its own. */
export async function run(
  plan: Plan,
  execArgv: readonly string[],
  cleanup: Cleanup,
): Promise<Results> {
  say(`PostgreSQL with ${String(plan.users)} users …`);
  const database = await cleanup.use(BenchDatabase.start());
  await database.fill(plan.users, plan.revokedSessions);
  const rowSizes = {
    users: await database.rowSize('wechat_user'),
    revokedSessions: await database.rowSize('wechat_revoked_session'),
  };
  const settings = settingsFor(database.url);
  say('tokens …');
  const tickets = await mintAll(plan, settings, database, cleanup);
  const bench: Bench = { plan, settings, database, tickets, execArgv };
  const { fastify, growth } = await onFastify(bench);
  return {
    plan,
    postgres: await database.version(),
    rowSizes,
    fastify,
    growth,
    express: await onExpress(bench),
    verify: await measureVerify(bench),
    logins: await measureLogins(bench),
    memory: await measureMemory(bench),
    probes: await measureProbes(bench),
  };
}

async function mintAll(
  plan: Plan,
  settings: Settings,
  database: BenchDatabase,
  cleanup: Cleanup,
): Promise<Bench['tickets']> {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-bench-'));
  cleanup.defer(() => {
    rmSync(folder, { recursive: true });
    return Promise.resolve();
  });
  const file = (name: string): string => join(folder, `${name}.json`);
  const files = { ours: file('ours'), peers: file('peers'), many: file('many') };
  const { ours, peers } = await mint(settings, database, plan.tokens, plan.users);
  writeTickets(files.ours, ours);
  writeTickets(files.peers, peers);
  writeTickets(files.many, (await mint(settings, database, plan.memory.tokens, plan.users)).ours);
  return files;
}

const onFastify = (bench: Bench): Promise<{ fastify: GuardFigures; growth: GrowthFigures }> =>
  Cleanup.around(async (cleanup) => {
    const servers = await GuardServers.start(bench, 'Fastify', cleanup);
    return {
      fastify: await measureGuards(bench, 'Fastify', servers),
      growth: await measureGrowth(bench, servers),
    };
  });

const onExpress = (bench: Bench): Promise<GuardFigures> =>
  Cleanup.around(async (cleanup) =>
    measureGuards(bench, 'Express', await GuardServers.start(bench, 'Express', cleanup)),
  );
