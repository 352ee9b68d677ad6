import type { Cleanup } from './cleanup.js';
import { faults } from './faults/index.js';
import { ChaosPostgres } from './postgres/chaos-postgres.js';
import type { Section } from './report/section.js';
import { showThatLossesAreFound } from './stages/can-fail.stage.js';
import { checkHistories } from './stages/histories.stage.js';
import { runFaults } from './stages/faults.stage.js';
import { World } from './world.js';

export interface RunOptions {
  /** The short form. */
  readonly quick: boolean;
  /** Faults whose name matches this, and nothing else. */
  readonly only?: string | undefined;
}

/** Everything in turn. @returns whatever is not as it has to be. */
export async function run({ quick, only }: RunOptions, cleanup: Cleanup): Promise<string[]> {
  const world = await World.start(cleanup, await cleanup.use(ChaosPostgres.start()));
  const chosen = faults.filter(
    ({ name, isQuick }) => new RegExp(only ?? '').test(name) && (!quick || isQuick === true),
  );
  const sections: Section[] = [await runFaults(chosen, world)];
  if (only === undefined) {
    sections.push(await showThatLossesAreFound(world));
    sections.push(await checkHistories(world));
  }
  return sections.flatMap(({ problems }) => problems);
}
