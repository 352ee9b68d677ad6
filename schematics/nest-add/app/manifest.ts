import type { Tree } from '@angular-devkit/schematics';
import { Refusal } from '../refusal.js';

/** What is read of package.json. */
export interface Manifest {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(tree: Tree): Manifest {
  if (!tree.exists('package.json')) throw new Refusal('There is no package.json in this folder.');
  return tree.readJson('package.json') as Manifest;
}

export function versionOf({ dependencies, devDependencies }: Manifest, name: string) {
  return dependencies?.[name] ?? devDependencies?.[name];
}

export type NestMajor = 11 | 12;

export function nestMajorOf(manifest: Manifest): NestMajor {
  const range = versionOf(manifest, '@nestjs/core');
  const major = Number(/^[~^>=v\s]*(\d+)/.exec(range ?? '')?.[1]);
  if (major === 11 || major === 12) return major;
  throw new Refusal(
    `package.json has @nestjs/core ${range === undefined ? 'nowhere' : `"${range}"`}; this needs 11 or 12.`,
  );
}
