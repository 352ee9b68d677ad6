import type { Cleanup } from './cleanup.js';
import { faults } from './faults/index.js';
import { ChaosPostgres } from './postgres/chaos-postgres.js';
import type { Section } from './report/section.js';
import { showThatLossesAreFound } from './stages/can-fail.stage.js';
import { runFaults } from './stages/faults.stage.js';
import { tryHighAvailability } from './stages/ha.stage.js';
import { checkHistories } from './stages/histories.stage.js';
import { runLong } from './stages/long-run.stage.js';
import { tryMisbehavingClients } from './stages/misbehaving-clients.stage.js';
import { World } from './world.js';

export interface RunOptions {
  /** The short form. */
  readonly quick: boolean;
  /** Of the long run. */
  readonly minutes: number;
  /** Run only the parts and faults whose name matches this. */
  readonly only?: string | undefined;
}

/** Runs all parts. @returns a section for each. */
export async function run(
  { quick, minutes, only = '' }: RunOptions,
  cleanup: Cleanup,
): Promise<readonly Section[]> {
  const isChosen = (name: string): boolean => new RegExp(only, 'i').test(name);
  const world = await World.start(cleanup, await cleanup.use(ChaosPostgres.start()));
  const chosen = faults.filter(
    ({ name, isQuick }) => isChosen(name) && (!quick || isQuick === true),
  );
  const parts: Part[] = [
    { name: 'lossy commits', work: () => showThatLossesAreFound(world) },
    { name: 'histories', work: () => checkHistories(world, quick) },
    { name: 'clients that misbehave', work: () => tryMisbehavingClients(world, quick) },
    { name: 'long run', isLong: true, work: () => runLong(world, minutes) },
    { name: 'high availability', isLong: true, work: tryHighAvailability },
  ];
  const sections: Section[] = chosen.length > 0 ? [await runFaults(chosen, world)] : [];
  for (const { name, isLong = false, work } of parts) {
    if (isChosen(name) && !(quick && isLong)) sections.push(await work());
  }
  return sections;
}

interface Part {
  readonly name: string;
  /** Not in the short form. */
  readonly isLong?: boolean;
  readonly work: () => Promise<Section>;
}
