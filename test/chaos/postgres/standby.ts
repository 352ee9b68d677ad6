import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stopWithUs } from '../../../examples/demo/postgres/postgres-guard.js';
import {
  postgresAccount,
  postgresPrograms,
  temporaryFolder,
} from '../../../examples/demo/postgres/postgres-home.js';
import { freePort } from '../../../examples/demo/postgres/postgres.js';
import type { ChaosPostgres } from './chaos-postgres.js';
import { ownedByPostgres } from './owned-by-postgres.js';
import { connected } from './sql.js';

/** A hot standby with a delay. */
export class Standby {
  private constructor(
    readonly port: number,
    private readonly home: string,
    private readonly server: ChildProcess,
  ) {}

  static async start(primary: ChaosPostgres, delayMs: number): Promise<Standby> {
    const home = temporaryFolder();
    const data = join(home, 'data');
    await copyData(primary, data);
    const { username, password, port: primaryPort } = new URL(primary.url());
    writeFileSync(join(data, 'standby.signal'), '');
    appendFileSync(
      join(data, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=${primaryPort} user=${username} password=${password}'
       recovery_min_apply_delay = ${String(delayMs)}\n`,
    );
    ownedByPostgres(home);
    const port = await freePort();
    const server = spawn(
      join(postgresPrograms(18), 'postgres'),
      ['-D', data, '-p', String(port), '-c', 'unix_socket_directories='],
      { ...postgresAccount(), cwd: home, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    stopWithUs(server, home);
    await untilReady(server);
    return new Standby(port, home, server);
  }

  async stop(): Promise<void> {
    const exit = once(this.server, 'exit');
    this.server.kill('SIGINT');
    await exit;
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** A base backup with SQL, as Postgres documents it, because its tools are not available. */
function copyData(primary: ChaosPostgres, to: string): Promise<void> {
  return connected(primary.url(), async (client) => {
    await client.query(`SELECT pg_backup_start('standby', true)`);
    execFileSync('cp', ['-a', primary.dataFolder, to]);
    const { rows } = await client.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(false)',
    );
    writeFileSync(join(to, 'backup_label'), rows[0]?.labelfile ?? '');
    rmSync(join(to, 'postmaster.pid'));
  });
}

async function untilReady(server: ChildProcess): Promise<void> {
  let words = '';
  for await (const more of server.stderr?.setEncoding('utf8') ?? []) {
    words += String(more);
    if (!words.includes('ready to accept read-only connections')) continue;
    // Keep reading, or the server blocks.
    server.stderr?.resume();
    return;
  }
  throw new Error(`The standby did not start:\n${words}`);
}
