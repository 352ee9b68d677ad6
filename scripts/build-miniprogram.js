// npm run build: the mini program's client, after nest build. `node scripts/build-miniprogram.js [folder]`
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Minified and gzipped. */
const MAX_BYTES = 3 * 1024;

const [dist = 'dist'] = process.argv.slice(2);
const client = join(dist, 'miniprogram');

/** One file with everything in it. Mini programs know no newer JavaScript. */
const bundle = (options) =>
  build({
    entryPoints: ['src/miniprogram/index.ts'],
    bundle: true,
    target: 'es2017',
    platform: 'neutral',
    charset: 'utf8',
    ...options,
  });

// nest build leaves a module per source here. Of these only the types are of use.
for (const name of existsSync(client) ? readdirSync(client) : []) {
  const path = join(client, name);
  if (!name.endsWith('.d.ts')) rmSync(path);
  else {
    const types = readFileSync(path, 'utf8').replace(/(from '\.\/.*)\.js';$/gm, "$1.cjs';");
    writeFileSync(path.replace(/\.ts$/, '.cts'), types);
  }
}
await bundle({ format: 'esm', outfile: join(client, 'index.js') });
await bundle({ format: 'cjs', outfile: join(client, 'index.cjs') });

// "Build npm" of WeChat DevTools copies the folder that package.json calls "miniprogram", so that
// `require('nestjs-wechat-auth/miniprogram')` finds miniprogram.js.
const devTools = join(dist, 'miniprogram_dist');
await bundle({ format: 'cjs', outfile: join(devTools, 'miniprogram.js') });
writeFileSync(join(devTools, 'index.js'), "module.exports = require('./miniprogram.js');\n");

const { outputFiles } = await bundle({ format: 'cjs', minify: true, write: false });
const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
if (size > MAX_BYTES) {
  throw new Error(`The mini program's client has ${size} bytes, minified and gzipped: too many.`);
}
