import { createRequire } from 'node:module';
import { join } from 'node:path';
import type TS from 'typescript';

/**
 * That of the CLI: the app may have TypeScript 7, which has no API for programs.
 * A CLI that is not installed in the app leaves that of the app.
 */
function loadCompiler(): typeof TS {
  const app = createRequire(join(process.cwd(), 'package.json'));
  const cli = app.resolve.paths('@nestjs/cli') ?? [];
  const folders = [...cli.map((folder) => join(folder, '@nestjs/cli')), process.cwd()];
  return app(app.resolve('typescript', { paths: folders })) as typeof TS;
}

export const ts = loadCompiler();

export function parse(path: string, text: string): TS.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Every node below this one. */
export function descendants(node: TS.Node): TS.Node[] {
  const nodes: TS.Node[] = [];
  ts.forEachChild(node, (child) => {
    nodes.push(child, ...descendants(child));
  });
  return nodes;
}
