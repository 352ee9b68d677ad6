import { lossyCommits } from '../faults/lossy.js';
import { faultRow, faultTable } from '../report/fault-rows.js';
import type { Section } from '../report/section.js';
import { say } from '../say.js';
import type { World } from '../world.js';
import { runFault } from './fault-run.js';

/** Proves that the checks find a loss. */
export async function showThatLossesAreFound(world: World): Promise<Section> {
  const { figures } = await runFault(lossyCommits, world);
  say(faultRow(figures).join(' · '));
  return {
    title: 'The check can fail',
    text: `With \`synchronous_commit = off\` Postgres acknowledges commits that a crash then takes back. The same check as above has to report them as lost:\n\n${faultTable([figures])}`,
    problems:
      figures.lost > 0 ? [] : [`${lossyCommits.name}: something was lost, and was not found`],
  };
}
