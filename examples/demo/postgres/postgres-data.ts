import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { assertOwner, type Account } from './postgres-home.js';

/** A data folder for a server, and the password of its user `postgres`. */
export interface PostgresData {
  readonly folder: string;
  readonly password: string;
}

/** The data in `home`, initialised if there are none. */
export async function prepareData(
  home: string,
  programs: string,
  account: Account,
): Promise<PostgresData> {
  const folder = join(home, 'data');
  if (!fs.existsSync(folder)) await initialise(home, programs, account);
  assertOwner(home, account.uid);
  await freeLock(folder);
  return { folder, password: fs.readFileSync(join(home, 'password'), 'utf8') };
}

/** Created elsewhere and moved, so that an interrupted start leaves no incomplete data. */
async function initialise(home: string, programs: string, account: Account): Promise<void> {
  const draft = `${home}.new`;
  const password = join(draft, 'password');
  fs.rmSync(draft, { recursive: true, force: true });
  try {
    fs.mkdirSync(draft, { mode: 0o700 });
    fs.writeFileSync(password, randomBytes(16).toString('hex'), { mode: 0o600 });
    if (account.uid !== undefined) {
      fs.chownSync(password, account.uid, account.gid);
      fs.chownSync(draft, account.uid, account.gid);
    }
    const initdb = spawn(
      join(programs, 'initdb'),
      [
        ...['--pgdata', join(draft, 'data'), '--username', 'postgres', '--pwfile', password],
        ...['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-sync'],
      ],
      // In its own process group: after a Ctrl-C it could continue with a wrong configuration.
      { ...account, cwd: draft, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let words = '';
    initdb.stderr.setEncoding('utf8').on('data', (more: string) => (words += more));
    const [code] = (await once(initdb, 'close')) as [number | null];
    if (code !== 0) throw new Error(`PostgreSQL could not make its data in ${home}:\n${words}`);
    fs.renameSync(draft, home);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Waits for a server that is stopping, for example after its demo was killed, and removes the lock of
 * a killed server: PostgreSQL treats it as running if another program now has its process id.
 */
async function freeLock(folder: string): Promise<void> {
  const lock = join(folder, 'postmaster.pid');
  for (let tries = 0; fs.existsSync(lock); tries++) {
    const state = fs.readFileSync(lock, 'utf8');
    const pid = Number.parseInt(state, 10);
    const command = commandOf(pid);
    if (!command.includes(folder)) {
      if (command !== '' && !command.includes('postgres')) fs.rmSync(lock);
      return;
    }
    if (!/^stopping/m.test(state) || tries === 100) {
      throw new Error(
        `PostgreSQL runs on ${folder} already, as process ${String(pid)}: stop what started it, or this process by "kill -INT ${String(pid)}".`,
      );
    }
    await setTimeout(100);
  }
}

/** The command line of a process, empty if there is none. */
function commandOf(pid: number): string {
  try {
    return fs.existsSync('/proc/self/cmdline')
      ? fs.readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
