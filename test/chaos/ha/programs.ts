import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
/** Debian installs the programs of each major version in a separate folder. */
const POSTGRES = '/usr/lib/postgresql';

/** The path of a program; `undefined` if it is not installed. */
export const find = (program: string): string | undefined =>
  FOLDERS.map((folder) => join(folder, program)).find((file) => existsSync(file));

/** The path of an installed program. */
export function locate(program: string): string {
  const file = find(program);
  if (file === undefined) throw new Error(`${program} is not installed.`);
  return file;
}

/** The programs of the newest Postgres of the system. */
export function postgresFolder(): string | undefined {
  const majors = existsSync(POSTGRES) ? readdirSync(POSTGRES).map(Number) : [];
  const newest = Math.max(...majors);
  return Number.isFinite(newest) ? join(POSTGRES, String(newest), 'bin') : undefined;
}

const INSTALL = 'test/chaos/ha/install.sh';

/** Installs missing programs if possible; the script reports if not. */
export function install(programs: readonly string[]): void {
  if (programs.every(find)) return;
  spawnSync('sh', [INSTALL], { stdio: 'inherit' });
}
