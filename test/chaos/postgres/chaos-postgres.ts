import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../../examples/demo/postgres/postgres-home.js';
import { startPostgres, type RunningPostgres } from '../../../examples/demo/postgres/postgres.js';
import type { PostgresServer } from './postgres-server.js';
import { serverProcesses, signal, untilGone } from './processes.js';

/** A Postgres that can be killed, frozen and started again on the same data and port. */
export class ChaosPostgres implements PostgresServer {
  private constructor(
    private readonly home: string,
    private running: RunningPostgres,
    private readonly flags: string[],
  ) {}

  /** With the default settings of PostgreSQL, except `flags`. */
  static async start(flags: string[] = []): Promise<ChaosPostgres> {
    const home = temporaryFolder();
    return new ChaosPostgres(home, await start(home, flags), flags);
  }

  get port(): number {
    return this.running.port;
  }

  get dataFolder(): string {
    return join(this.home, 'data');
  }

  /** As the superuser, without a proxy. */
  url(database?: string): string {
    return this.running.url(database);
  }

  /** Kills all its processes, so that their memory is lost. */
  async kill(): Promise<void> {
    const pids = serverProcesses(this.dataFolder);
    // The server first: it would restart the others.
    for (const pid of pids) signal(pid, 'SIGKILL');
    await untilGone(pids);
  }

  async startAgain(): Promise<void> {
    this.running = await start(this.home, this.flags, this.port);
  }

  /** Pauses every process until `thaw`; the kernel still accepts connections. */
  freeze(): void {
    for (const pid of serverProcesses(this.dataFolder)) signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of serverProcesses(this.dataFolder)) signal(pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.running.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

const start = (home: string, flags: string[], port?: number): Promise<RunningPostgres> =>
  startPostgres({ dataDir: home, persistent: true, flags, ...(port !== undefined && { port }) });
