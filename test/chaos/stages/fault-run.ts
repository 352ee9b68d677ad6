import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../apps/app-process.js';
import { LIMITS, type Fault } from '../faults/fault.js';
import type { Ledger } from '../load/ledger.js';
import { Load } from '../load/load.js';
import { verifyKeys, verifySessions } from '../load/verify.js';
import { Backends } from '../postgres/backends.js';
import { seconds } from '../report/fault-rows.js';
import { untilRecovered } from '../recovery.js';
import type { World } from '../world.js';

/** What a fault has done. */
export interface FaultFigures {
  readonly name: string;
  readonly sent: number;
  readonly logins: number;
  readonly logouts: number;
  readonly lost: number;
  readonly undocumented: number;
  /** Milliseconds. */
  readonly longestWait: number;
  readonly recovery: number;
  readonly backends: number;
  /** Lines that the apps have logged. */
  readonly logged: number;
  /** Whatever is not as it should be. */
  readonly problems: readonly string[];
}

const WARM_UP_MS = 1500;

/** Lets people use the apps, lets the fault happen, and looks at what is left. */
export async function runFault(
  fault: Fault,
  world: World,
): Promise<{ figures: FaultFigures; ledger: Ledger }> {
  await world.rewire(fault.wiring ?? {});
  const linesBefore = linesOf(world.fleet.apps);
  const backends = new Backends(world.database);
  const load = new Load(world, world.contract);
  await sleep(WARM_UP_MS);
  await fault.inject(world);
  await sleep(fault.seconds * 1000);
  await fault.heal(world);
  const recovery = await untilRecovered(world);
  await load.stop();
  const deaths = world.fleet.apps
    .filter((app) => app.hasDied)
    .map((app) => `${app.name} died: ${app.log}`);
  // What was acknowledged has to be there all the same.
  if (recovery === Infinity) await world.fleet.restart();
  const { sent, longestWait } = load.requests;
  const { logins, logouts } = load.ledger;
  await verifySessions(world.fleet, load);
  if (fault.disturbsWechat !== true) await verifyKeys(world.fleet, load);
  const figures = {
    name: fault.name,
    sent,
    logins,
    logouts,
    lost: load.ledger.lost.total,
    undocumented: load.requests.undocumented.total,
    longestWait,
    recovery,
    backends: await backends.stop(),
    logged: linesOf(world.fleet.apps) - linesBefore,
  };
  const problems = [
    ...load.ledger.lost.lines.map((line) => `lost: ${line}`),
    ...load.requests.undocumented.lines.map((line) => `undocumented: ${line}`),
    ...beyondLimits(figures, fault),
    ...deaths,
  ];
  return { figures: { ...figures, problems }, ledger: load.ledger };
}

const linesOf = (apps: readonly AppProcess[]): number =>
  apps.reduce((sum, { lines }) => sum + lines, 0);

function beyondLimits(
  { longestWait, recovery, backends }: Omit<FaultFigures, 'problems'>,
  fault: Fault,
): string[] {
  const limits = { ...LIMITS, ...fault.limits };
  return [
    longestWait > limits.wait && `a wait of ${seconds(longestWait)}`,
    recovery > limits.recovery && `time to recover: ${seconds(recovery)}`,
    backends > limits.backends && `${String(backends)} backends of one app`,
  ].filter((problem) => typeof problem === 'string');
}
