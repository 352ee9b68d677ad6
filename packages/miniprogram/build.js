// npm run build: one file for each kind of module, and the folder that WeChat DevTools packs.
// `node build.js [folder]`
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Minified and gzipped. */
const MAX_BYTES = 3 * 1024;

const here = import.meta.dirname;
const folder = resolve(process.argv[2] ?? here);
const dist = join(folder, 'dist');

/** One file with everything in it. Mini programs know no newer JavaScript. */
const bundle = (options) =>
  build({
    entryPoints: [join(here, 'src/index.ts')],
    bundle: true,
    target: 'es2017',
    platform: 'neutral',
    charset: 'utf8',
    ...options,
  });

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const emitTypes = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly'];
execFileSync(
  process.execPath,
  [
    tsc,
    '-p',
    here,
    ...emitTypes,
    '--sourceMap',
    'false',
    '--rootDir',
    join(here, 'src'),
    '--outDir',
    dist,
  ],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
for (const name of readdirSync(dist).filter((file) => file.endsWith('.d.ts'))) {
  const path = join(dist, name);
  const types = readFileSync(path, 'utf8').replace(/(from '\.\/.*)\.js';$/gm, "$1.cjs';");
  writeFileSync(path.replace(/\.ts$/, '.cts'), types);
}
await bundle({ format: 'esm', outfile: join(dist, 'index.js') });
await bundle({ format: 'cjs', outfile: join(dist, 'index.cjs') });

// "Build npm" of WeChat DevTools copies the folder that package.json calls "miniprogram".
await bundle({ format: 'cjs', outfile: join(folder, 'miniprogram_dist/index.js') });

const { outputFiles } = await bundle({ format: 'cjs', minify: true, write: false });
const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
if (size > MAX_BYTES) {
  throw new Error(`The mini program's client has ${size} bytes, minified and gzipped: too many.`);
}
