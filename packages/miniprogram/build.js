// npm run build: one minified file for each kind of module, and its types beside it.
// `node build.js [folder]`
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { bundled, minified } from './bundle.js';

/** Of each file as users get it, gzipped. */
const MAX_BYTES = 4 * 1024;

const here = import.meta.dirname;
const folder = resolve(process.argv[2] ?? here);
const [dist, packed] = ['dist', 'miniprogram_dist'].map((name) => join(folder, name));

for (const each of [dist, packed]) {
  rmSync(each, { recursive: true, force: true });
  mkdirSync(each, { recursive: true });
}
const bundle = await bundled();
write(join(dist, 'index.js'), await minified(bundle));
// The CommonJS of esbuild and its minifier would take 250 bytes more.
const { outputText } = ts.transpileModule(bundle, {
  compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2017 },
});
const cjs = await minified(outputText);
write(join(dist, 'index.cjs'), cjs);
// "Build npm" of WeChat DevTools packs the folder that package.json calls "miniprogram".
write(join(packed, 'index.js'), cjs);
writeFileSync(join(packed, 'package.json'), '{ "type": "commonjs" }\n');
writeTypes();

function write(path, code) {
  const size = gzipSync(code, { level: 9 }).length;
  process.stdout.write(`${path.slice(folder.length + 1)}: ${size} bytes gzipped\n`);
  if (size > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes gzipped.`);
  writeFileSync(path, code);
}

/** The declarations that index.d.ts needs, for each kind of module. */
function writeTypes() {
  const emitted = mkdtempSync(join(folder, '.types-'));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly'];
  const places = ['--sourceMap', 'false', '--rootDir', join(here, 'src'), '--outDir', emitted];
  execFileSync(process.execPath, [tsc, '-p', here, ...flags, ...places], { stdio: 'inherit' });

  const needed = new Set(['index']);
  for (const name of needed) {
    const file = join(emitted, `${name}.d.ts`);
    const types = readFileSync(file, 'utf8');
    for (const [, imported] of types.matchAll(/from '\.\/(.*)\.js';/g)) needed.add(imported);
    for (const each of [dist, packed]) copyFileSync(file, join(each, `${name}.d.ts`));
    const commonjs = types.replace(/(from '\.\/.*)\.js';/g, "$1.cjs';");
    writeFileSync(join(dist, `${name}.d.cts`), commonjs);
  }
  rmSync(emitted, { recursive: true });
}
