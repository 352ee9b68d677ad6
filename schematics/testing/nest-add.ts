import { join } from 'node:path';
import type { HostTree, Rule } from '@angular-devkit/schematics';
import type { SchematicTestRunner } from '@angular-devkit/schematics/testing/index.js';
import { firstValueFrom } from 'rxjs';
import { nestAdd, type NestAddOptions } from '../nest-add/index.js';
import type { Files } from './nest-new.js';

/** Of devkit-environment.js. */
declare const devkit: {
  readonly HostTree: typeof HostTree;
  readonly SchematicTestRunner: typeof SchematicTestRunner;
};

/** What a run of the schematic made of an app. */
export interface Outcome {
  readonly files: Files;
  readonly printed: string;
  /** The names of the tasks after it, such as an installation. */
  readonly tasks: readonly string[];
}

/** Runs it on an app. @throws why it leaves the app alone, or if it has changed it all the same */
export async function runNestAdd(
  files: Files,
  options: NestAddOptions = { sourceRoot: 'src' },
): Promise<Outcome> {
  const tree = new devkit.HostTree();
  for (const [path, text] of Object.entries(files)) tree.create(path, text);
  const runner = new devkit.SchematicTestRunner(
    'ours',
    join(process.cwd(), 'schematics/collection.json'),
  );
  const printed: string[] = [];
  runner.logger.subscribe(({ message }) => printed.push(message));
  try {
    const { logger } = runner;
    const rule: Rule = (_, context) => nestAdd(options)(tree, { ...context, logger });
    await firstValueFrom(runner.callRule(rule, tree));
  } catch (error) {
    const changed = Object.keys(files).filter((path) => tree.readText(path) !== files[path]);
    if (changed.length > 0) throw new Error(`It has changed ${changed.join()}.`, { cause: error });
    throw error;
  }
  return {
    files: filesOf(tree),
    printed: printed.join('\n'),
    tasks: runner.tasks.map(({ name }) => name),
  };
}

function filesOf(tree: HostTree): Files {
  const files: Record<string, string> = {};
  tree.visit((path) => {
    files[path.slice(1)] = tree.readText(path);
  });
  return files;
}
