import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { table } from '../../../bench/report/format.js';
import { postgresPrograms } from '../../../examples/demo/postgres/postgres-home.js';
import { machine, versions, type Machine } from './machine.js';

/** The environment of the figures. */
export interface Place {
  readonly machine: Machine;
  readonly startedAt: number;
}

/** Read before the run, because it includes the load of the machine. */
export const whereItRuns = (): Place => ({ machine: machine(), startedAt: performance.now() });

export function placeTable({ machine, startedAt }: Place): string {
  const minutes = (performance.now() - startedAt) / 60_000;
  return table(
    ['What', 'Value'],
    [
      ['Date', new Date().toISOString().slice(0, 10)],
      ['Took', `${minutes.toFixed(0)} minutes`],
      ['Processor', machine.processor],
      ['Memory', machine.memory],
      ['System', machine.system],
      ['Load before it began', machine.load],
      ['Versions', `${versions()}, ${postgresVersion()}`],
    ],
  ).replaceAll('---:', '---');
}

/** Such as `postgres (PostgreSQL) 18.1`. */
const postgresVersion = (): string =>
  execFileSync(join(postgresPrograms(18), 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
