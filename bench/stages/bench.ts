import type { Settings } from '../data/apps.js';
import type { BenchDatabase } from '../data/database.js';
import type { Plan } from '../plan.js';

/** What every stage works with. */
export interface Bench {
  readonly plan: Plan;
  readonly settings: Settings;
  readonly database: BenchDatabase;
  /** Files of tickets. */
  readonly tickets: Readonly<Record<'ours' | 'peers' | 'many', string>>;
  /** For the processes that run our code, such as `--cpu-prof`. */
  readonly execArgv: readonly string[];
}

/** Tells whoever watches how far it is. */
export function say(text: string): void {
  process.stderr.write(`${process.uptime().toFixed(0).padStart(4)} s  ${text}\n`);
}
