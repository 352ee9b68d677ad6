import { normalize } from 'node:path/posix';
import type { Tree } from '@angular-devkit/schematics';
import { Refusal } from '../refusal.js';

/** The folders of an app. */
interface Project {
  readonly sourceRoot: string;
  /** Those of the libraries of a monorepo. */
  readonly libraries: readonly string[];
}

/** What is read of nest-cli.json. */
interface CliConfiguration {
  readonly sourceRoot?: string;
  readonly projects?: Readonly<Record<string, { type?: string; sourceRoot?: string }>>;
}

/** @param givenRoot - the choice of the CLI; it is missing only if the schematic is run without it */
export function projectOf(tree: Tree, givenRoot?: string): Project {
  const cli = tree.exists('nest-cli.json')
    ? (tree.readJson('nest-cli.json') as CliConfiguration)
    : {};
  const projects = Object.values(cli.projects ?? {});
  if (givenRoot === undefined && projects.length > 0) {
    throw new Refusal('nest-cli.json has several projects: name one with --project.');
  }
  return {
    sourceRoot: normalize(givenRoot ?? cli.sourceRoot ?? 'src').replace(/\/$/, ''),
    libraries: projects.flatMap(({ type, sourceRoot }) =>
      type === 'library' && sourceRoot !== undefined ? [sourceRoot] : [],
    ),
  };
}
