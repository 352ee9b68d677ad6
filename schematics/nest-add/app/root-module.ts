import { dirname, join } from 'node:path/posix';
import type { Tree } from '@angular-devkit/schematics';
import { parse, ts } from '../code/compiler.js';
import { importSourceOf } from '../code/imports.js';
import { arrayOf, metadataOf } from '../code/module-metadata.js';
import { staticCalls } from '../code/static-calls.js';
import { Refusal } from '../refusal.js';

/** The module that main.ts starts. */
export interface RootModule {
  readonly path: string;
  readonly className: string;
  /** How the files of the app import each other. */
  readonly extension: '' | '.js';
}

const NEST_FACTORY = { name: 'NestFactory', from: '@nestjs/core' };

/** @throws {@link Refusal} if it is not found, or not written so that it can be edited */
export function readRootModule(tree: Tree, main: string): RootModule {
  if (!tree.exists(main)) throw new Refusal(`There is no ${main}, where an app starts.`);
  const source = parse(main, tree.readText(main));
  const [call, ...others] = staticCalls(source, NEST_FACTORY, ['create']);
  const module = call?.arguments[0];
  if (module === undefined || others.length > 0 || !ts.isIdentifier(module)) {
    throw new Refusal(`${main} has no single NestFactory.create() with the name of a module.`);
  }
  const className = module.text;
  const from = importSourceOf(source, className);
  if (from === undefined) throw new Refusal(`${main} does not import ${className}.`);
  const path = join(from.startsWith('.') ? dirname(main) : '', from.replace(/(\.js)?$/, '.ts'));
  if (!tree.exists(path)) {
    throw new Refusal(`${main} imports ${className} from "${from}", and ${path} does not exist.`);
  }
  const metadata = metadataOf(parse(path, tree.readText(path)), className);
  for (const name of ['imports', 'controllers']) arrayOf(metadata, name);
  return { path, className, extension: from.endsWith('.js') ? '.js' : '' };
}
