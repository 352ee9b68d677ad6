import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { assertOwner, type Account } from './postgres-home.js';

/** Data that a server can start on, and the password of its user `postgres`. */
export interface PostgresData {
  readonly folder: string;
  readonly password: string;
}

/** The data in `home`, initialised where there are none. */
export async function prepareData(
  home: string,
  programs: string,
  account: Account,
): Promise<PostgresData> {
  const folder = join(home, 'data');
  if (!fs.existsSync(folder)) await initialise(home, programs, account);
  assertOwner(home, account.uid);
  forgetStaleLock(folder);
  return { folder, password: fs.readFileSync(join(home, 'password'), 'utf8') };
}

/** Made elsewhere and moved: an interrupted start leaves nothing half done in its place. */
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
    await promisify(execFile)(
      join(programs, 'initdb'),
      [
        ...['--pgdata', join(draft, 'data'), '--username', 'postgres', '--pwfile', password],
        ...['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-sync'],
      ],
      { ...account, cwd: draft },
    );
    fs.renameSync(draft, home);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * PostgreSQL takes the lock of a killed server for that of a running one when the process id has
 * gone to another program since.
 */
function forgetStaleLock(folder: string): void {
  const lock = join(folder, 'postmaster.pid');
  if (!fs.existsSync(lock)) return;
  const pid = Number.parseInt(fs.readFileSync(lock, 'utf8'), 10);
  const command = commandOf(pid);
  if (command.includes(folder)) {
    throw new Error(
      `PostgreSQL runs on ${folder} already, as process ${String(pid)}: stop it first.`,
    );
  }
  if (command !== '' && !command.includes('postgres')) fs.rmSync(lock);
}

/** The command line of a process, empty where there is none. */
function commandOf(pid: number): string {
  try {
    return fs.existsSync('/proc/self/cmdline')
      ? fs.readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
