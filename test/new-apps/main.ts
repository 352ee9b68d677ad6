// npm run test:matrix [-- 'Node 22']: new Nest apps with the packed library, one for each row of
// rows.ts, or for those with such a name.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../../examples/demo/postgres/postgres-home.js';
import { startPostgres, type RunningPostgres } from '../../examples/demo/postgres/postgres.js';
import { NewApp } from './new-app.js';
import { outcomeOf, tableOf, useNestAdd, useNewApp, type Outcome } from './outcomes.js';
import { pack } from './pack.js';
import { nameOf, ROWS, type Row } from './rows.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-matrix-'));
const servers = new Map<Row['postgres'], Promise<RunningPostgres>>();

function postgresOf({ postgres: version }: Row): Promise<RunningPostgres> {
  const server =
    servers.get(version) ??
    startPostgres({ dataDir: temporaryFolder(), persistent: false, version });
  servers.set(version, server);
  return server;
}

/** The folder of a Node of that major version: that of this process, or one of the npm package `node`. */
async function nodeFolderOf({ node }: Row): Promise<string> {
  if (process.versions.node.startsWith(`${node}.`)) return dirname(process.execPath);
  const installed = join(folder, `node-${node}`);
  await mkdir(installed, { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{"private":true}');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
  await run(['npm', 'install', `node@${node}`, ...quiet], installed);
  return join(installed, 'node_modules/node/bin');
}

async function runRow(row: Row, index: number, tarball: string): Promise<Outcome> {
  const parent = join(folder, `app-${index}`);
  const outcome = await outcomeOf(row, async (step) => {
    await mkdir(parent);
    const nodeFolder = await step('Node', () => nodeFolderOf(row));
    const server = await step('PostgreSQL', () => postgresOf(row));
    await server.createDatabase(`app_${index}`);
    const databaseUrl = server.url(`app_${index}`);
    const options = { row, tarball, nodeFolder, databaseUrl };
    const app = new NewApp({ ...options, parent });
    await useNewApp(app, step);
    const other = join(parent, 'nest-add');
    await mkdir(other);
    await useNestAdd(new NewApp({ ...options, parent: other }), app, step);
  });
  await rm(parent, { recursive: true, force: true });
  return outcome;
}

async function main(): Promise<void> {
  const { tarball } = await pack(folder);
  const outcomes: Outcome[] = [];
  const isChosen = new RegExp(process.argv[2] ?? '');
  for (const [index, row] of ROWS.entries()) {
    if (!isChosen.test(nameOf(row))) continue;
    process.stdout.write(`${nameOf(row)} ...\n`);
    const outcome = await runRow(row, index, tarball);
    outcomes.push(outcome);
    if (outcome.result !== 'passed') process.stdout.write(`${outcome.result}: ${outcome.reason}\n`);
  }
  process.stdout.write(`\n${tableOf(outcomes)}`);
  if (outcomes.some(({ result }) => result === 'failed')) process.exitCode = 1;
}

try {
  await main();
} finally {
  for (const server of servers.values()) await (await server).stop();
  await rm(folder, { recursive: true, force: true });
}
