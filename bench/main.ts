import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { addUsers, setRevokedSessions, startDatabase } from './data/database.js';
import { createTickets } from './data/tickets.js';
import { groupsOf } from './groups/index.js';
import { measure, say } from './measure.js';
import { Child } from './processes/child.js';
import type * as wechatModule from './processes/wechat.js';
import { machineTable } from './report/machine.js';
import { printTables, writePage } from './report/page.js';
import type { Measured } from './report/tables.js';
import type { Bench } from './servers.js';

const FOLDER = 'reports/bench';
const TOKENS = 4096;
const REVOKED_SESSIONS = 100_000;

const {
  quick: isQuick = false,
  only,
  profile,
} = parseArgs({
  options: {
    quick: { type: 'boolean' },
    // Such as `--only logins --only fastify/guardedUser`: groups, rows. Writes no page.
    only: { type: 'string', multiple: true },
    // Writes profiles of the application to reports/bench/profiles.
    profile: { type: 'boolean' },
  },
}).values;
mkdirSync(FOLDER, { recursive: true });

const users = isQuick ? 50_000 : 1_000_000;
say(`PostgreSQL with ${users} users …`);
const database = await startDatabase();
const machine = machineTable(isQuick, users, database.version);
const app = { appid: 'wx00000000000000be', secret: randomBytes(16).toString('hex') };
await addUsers(database, users, app.appid);
await setRevokedSessions(database, REVOKED_SESSIONS);
const wechat = new Child<typeof wechatModule.functions>('./wechat.js');
const bench: Bench = {
  settings: {
    app,
    databaseUrl: database.url,
    wechatUrl: await wechat.call('start', app),
    jwtSecret: randomBytes(32).toString('base64'),
    users,
  },
  database,
  execArgv: profile ? ['--cpu-prof', `--cpu-prof-dir=${FOLDER}/profiles`] : [],
};
say('tokens …');
const tickets = await createTickets(TOKENS, bench.settings, database);

const measured: Measured[] = [];
for (const group of groupsOf(isQuick, only)) {
  const { tokens } = group;
  const own =
    tokens === undefined ? tickets : await createTickets(tokens, bench.settings, database);
  measured.push({ group, shots: await measure(bench, group, own) });
}
await wechat.stop();
await database.stop();
await printTables(measured);
// The page in `docs` is from a full run; a quick run fills a copy.
const page = isQuick ? `${FOLDER}/BENCHMARKS.md` : 'docs/BENCHMARKS.md';
if (only === undefined) await writePage(page, measured, machine);
