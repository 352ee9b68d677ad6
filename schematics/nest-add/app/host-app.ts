import { dirname, join } from 'node:path/posix';
import type { Tree } from '@angular-devkit/schematics';
import type TS from 'typescript';
import { nestMajorOf, readManifest, versionOf, type Manifest, type NestMajor } from './manifest.js';
import { refuseOtherStores } from './other-stores.js';
import { projectOf } from './project.js';
import { readRootModule, type RootModule } from './root-module.js';
import { sourcesIn } from './sources.js';
import { readTypeOrm, type TypeOrm } from './type-orm.js';

/** What has to be known of an app. */
export interface HostApp {
  readonly manifest: Manifest;
  readonly nestMajor: NestMajor;
  /** Also those of the libraries of a monorepo. */
  readonly sources: readonly TS.SourceFile[];
  readonly rootModule: RootModule;
  readonly typeOrm: TypeOrm;
  readonly testFolder: string;
  readonly testRunner: 'jest' | 'vitest' | undefined;
  readonly platform: 'express' | 'fastify';
}

/** @throws {@link Refusal} if the app is not one that can be wired */
export function readHostApp(tree: Tree, givenRoot?: string): HostApp {
  const manifest = readManifest(tree);
  const nestMajor = nestMajorOf(manifest);
  const { sourceRoot, libraries } = projectOf(tree, givenRoot);
  const main = join(sourceRoot, 'main.ts');
  const rootModule = readRootModule(tree, main);
  const sources = [sourceRoot, ...libraries].flatMap((folder) => sourcesIn(tree, folder));
  const typeOrm = readTypeOrm(sources, sourceRoot);
  if (typeOrm.kind === 'absent') refuseOtherStores(sources, manifest);
  return {
    manifest,
    nestMajor,
    sources,
    rootModule,
    typeOrm,
    testFolder: join(dirname(sourceRoot), 'test'),
    testRunner: testRunnerOf(manifest),
    platform: tree.readText(main).includes('FastifyAdapter') ? 'fastify' : 'express',
  };
}

function testRunnerOf(manifest: Manifest): HostApp['testRunner'] {
  const has = (name: string): boolean => versionOf(manifest, name) !== undefined;
  if (!has('@nestjs/testing')) return undefined;
  return has('vitest') ? 'vitest' : has('jest') ? 'jest' : undefined;
}
