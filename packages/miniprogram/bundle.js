// The client in one file: for `npm run build`, and for the page of the demo.
import { join } from 'node:path';
import { minify } from '@swc/core';
import { build } from 'esbuild';

/** Mini programs know no newer JavaScript than ES2017. */
export async function bundled() {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'src/index.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2017',
    platform: 'neutral',
    charset: 'utf8',
    minifySyntax: true,
    write: false,
  });
  return outputFiles[0].text;
}

export async function minified(source) {
  const compress = { ecma: 2017, passes: 3 };
  return (await minify(source, { module: true, compress, mangle: true })).code;
}
