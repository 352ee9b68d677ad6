import type { Tree } from '@angular-devkit/schematics';
import { parse } from '../code/compiler.js';
import type TS from 'typescript';

/** The TypeScript files of a folder, without tests. */
export function sourcesIn(tree: Tree, folder: string): TS.SourceFile[] {
  const sources: TS.SourceFile[] = [];
  tree.getDir(folder).visit((path) => {
    if (!/(?<!\.d|[.-]spec|\.test)\.ts$/.test(path) || path.includes('/node_modules/')) return;
    sources.push(parse(path.slice(1), tree.readText(path)));
  });
  return sources;
}
