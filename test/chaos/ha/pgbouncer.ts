import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../../examples/demo/postgres/postgres-home.js';
import { freePort } from '../../../examples/demo/postgres/postgres.js';
import { Database } from '../postgres/database.js';
import { ownedByPostgres } from '../postgres/owned-by-postgres.js';
import { locate } from './programs.js';
import { Service } from './service.js';

/** PgBouncer in front of a Postgres, in transaction mode. */
export class PgBouncer {
  private constructor(
    private readonly folder: string,
    readonly port: number,
    private service: Service,
  ) {}

  static async start(postgresPort: number): Promise<PgBouncer> {
    const folder = temporaryFolder();
    const port = await freePort();
    writeFileSync(join(folder, 'users.txt'), `"${Database.role}" "${Database.password}"\n`);
    writeFileSync(join(folder, 'pgbouncer.ini'), settings(port, postgresPort));
    ownedByPostgres(folder);
    const bouncer = new PgBouncer(folder, port, launch(folder));
    await bouncer.untilListening();
    return bouncer;
  }

  static version(): string {
    return (
      execFileSync(locate('pgbouncer'), ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? ''
    );
  }

  async killAndStart(): Promise<void> {
    await this.service.end('SIGKILL');
    await sleep(1500);
    this.service = launch(this.folder);
    await this.untilListening();
  }

  async stop(): Promise<void> {
    await this.service.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async untilListening(): Promise<void> {
    for (;;) {
      this.service.assertRunning();
      const socket = connect(this.port, '127.0.0.1');
      const isThere = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (isThere) return;
      await sleep(50);
    }
  }
}

const launch = (folder: string): Service =>
  new Service('pgbouncer', locate('pgbouncer'), ['pgbouncer.ini'], folder);

const settings = (port: number, postgresPort: number): string => `
[databases]
* = host=127.0.0.1 port=${String(postgresPort)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${String(port)}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users.txt
pool_mode = transaction
default_pool_size = 20
`;
