import type { Fault } from '../faults/fault.js';
import { Ledger } from '../load/ledger.js';
import { Requests } from '../load/requests.js';
import { verifySessions } from '../load/verify.js';
import { faultRow, faultTable } from '../report/fault-rows.js';
import type { Section } from '../report/section.js';
import { say } from '../say.js';
import type { World } from '../world.js';
import { runFault, type FaultFigures } from './fault-run.js';

/** Every fault in turn, and at the end all their sessions once more. */
export async function runFaults(faults: readonly Fault[], world: World): Promise<Section> {
  const everything = new Ledger();
  const rows: FaultFigures[] = [];
  for (const fault of faults.filter(({ obstacle }) => obstacle === undefined)) {
    const { figures, ledger } = await runFault(fault, world);
    everything.users.push(...ledger.users);
    rows.push(figures);
    say([...faultRow(figures), ...figures.problems].join(' · '));
  }
  const lostLater = await verifyOnceMore(everything, world);
  return {
    title: 'Faults under load',
    text: `${faultTable(rows)}\n\n${afterwards(everything, lostLater)}\n${untried(faults)}`,
    problems: [
      ...rows.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
      ...lostLater.map((line) => `lost later: ${line}`),
    ],
  };
}

async function verifyOnceMore(ledger: Ledger, world: World): Promise<string[]> {
  await world.rewire({});
  await verifySessions(world.fleet, { ledger, requests: new Requests(world.contract) });
  return ledger.lost.lines;
}

const afterwards = ({ sessions }: Ledger, lost: readonly string[]): string =>
  `In the end every app was asked about all ${String(sessions.length)} sessions once more: ${
    lost.length === 0 ? 'each was as it had been acknowledged' : `lost were ${lost.join(', ')}`
  }.`;

const untried = (faults: readonly Fault[]): string =>
  faults
    .flatMap(({ name, obstacle }) => (obstacle === undefined ? [] : [`- ${name}: ${obstacle}`]))
    .map((line, i) => (i === 0 ? `\nNot tried:\n\n${line}` : line))
    .join('\n');
