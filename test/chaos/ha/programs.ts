import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
/** Debian keeps the programs of each major apart. */
const POSTGRES = '/usr/lib/postgresql';

/** Where a program is; `undefined` where it is not installed. */
export const find = (program: string): string | undefined =>
  FOLDERS.map((folder) => join(folder, program)).find((file) => existsSync(file));

/** Where a program is that is known to be installed. */
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

/** Installs what is missing, where that can be done; the script says where it cannot. */
export function install(programs: readonly string[]): void {
  if (programs.every(find)) return;
  spawnSync('sh', [INSTALL], { stdio: 'inherit' });
}
