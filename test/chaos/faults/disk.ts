import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, rmSync, rmdirSync } from 'node:fs';
import { postgresAccount, temporaryFolder } from '../../../examples/demo/postgres/postgres-home.js';
import type { World } from '../world.js';
import type { Fault } from './fault.js';

async function setReadOnly({ database }: World, value: 'on' | 'off'): Promise<void> {
  await database.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
  await database.query('SELECT pg_reload_conf()');
}

/** A separate disk for our tables, so that no other disk becomes full. */
class SmallDisk {
  private readonly folder = temporaryFolder();
  private readonly ballast = `${this.folder}/disk/ballast`;

  static get obstacle(): string | undefined {
    return process.platform === 'linux' && process.getuid?.() === 0
      ? undefined
      : 'mounting a small disk needs root on Linux';
  }

  async mount({ database }: World): Promise<void> {
    const [disk, space] = [`${this.folder}/disk`, `${this.folder}/disk/tables`];
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=0755', 'tmpfs', disk]);
    mkdirSync(space);
    const { uid, gid } = { gid: 0, ...postgresAccount() };
    if (uid !== undefined) chownSync(space, uid, gid);
    execFileSync('chmod', ['0755', this.folder]);
    await database.query(`CREATE TABLESPACE small LOCATION '${space}'`);
    for (const kind of ['TABLE', 'INDEX']) {
      await database.query(`ALTER ${kind} ALL IN TABLESPACE pg_default SET TABLESPACE small`);
    }
  }

  fill(): void {
    const copy = ['if=/dev/zero', `of=${this.ballast}`, 'bs=8k', 'status=none'];
    try {
      execFileSync('dd', copy, { stdio: 'ignore' });
    } catch {
      // It ends when the disk is full.
    }
  }

  async unmount({ database }: World): Promise<void> {
    rmSync(this.ballast);
    for (const kind of ['TABLE', 'INDEX']) {
      await database.query(`ALTER ${kind} ALL IN TABLESPACE small SET TABLESPACE pg_default`);
    }
    await database.query('CHECKPOINT');
    await database.query('DROP TABLESPACE small');
    // Lazily: backends keep deleted files open.
    execFileSync('umount', ['--lazy', `${this.folder}/disk`]);
    rmdirSync(`${this.folder}/disk`);
    rmdirSync(this.folder);
  }
}

let disk: SmallDisk | undefined;

export const diskFaults: Fault[] = [
  {
    name: 'Postgres read-only, as some hosters make it when its disk is full',
    seconds: 5,
    isQuick: true,
    inject: (world) => setReadOnly(world, 'on'),
    heal: (world) => setReadOnly(world, 'off'),
  },
  {
    name: 'The disk of the tables full',
    seconds: 6,
    logged: /No space left on device/,
    get obstacle() {
      return SmallDisk.obstacle;
    },
    inject: async (world) => {
      disk = new SmallDisk();
      await disk.mount(world);
      disk.fill();
    },
    heal: (world) => disk?.unmount(world),
  },
];
