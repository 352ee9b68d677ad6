import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../apps/app-process.js';
import { LIMITS, type Fault, type Limits } from '../faults/fault.js';
import { Ledger } from '../load/ledger.js';
import { Load } from '../load/load.js';
import { verifyKeys, verifySessions } from '../load/verify.js';
import { Backends } from '../postgres/backends.js';
import type { PostgresServer } from '../postgres/postgres-server.js';
import { seconds as secondsOf } from '../report/fault-rows.js';
import { untilRecovered } from '../recovery.js';
import type { World } from '../world.js';

/** The figures with limits. */
interface Measured {
  /** Milliseconds. */
  readonly longestWait: number;
  readonly recovery: number;
  readonly backends: number;
}

/** The effects of a fault. */
export interface FaultFigures extends Measured {
  readonly name: string;
  readonly sent: number;
  readonly logins: number;
  readonly logouts: number;
  readonly lost: number;
  readonly undocumented: number;
  /** The 99th percentile of the durations, in milliseconds. */
  readonly p99: number;
  /** The log lines of the apps. */
  readonly logged: number;
  /** The problems that were found. */
  readonly problems: readonly string[];
}

const WARM_UP_MS = 1500;

/** Runs clients against the apps, injects the fault, and checks the result. */
export async function runFault<Server extends PostgresServer>(
  fault: Fault<Server>,
  world: World<Server>,
): Promise<{ figures: FaultFigures; ledger: Ledger }> {
  await world.rewire(fault.wiring ?? {});
  const linesBefore = linesOf(world.fleet.apps);
  const backends = new Backends(world.database);
  const load = new Load(world, world.contract, new Ledger(fault.excused));
  await sleep(WARM_UP_MS);
  const failures = await injectFault(fault, world);
  const recovery = await untilRecovered(world);
  await load.stop();
  const { requests, ledger } = load;
  const { sent, longestWait, p99, undocumented } = requests;
  const { logins, logouts } = ledger;
  const logged = linesOf(world.fleet.apps) - linesBefore;
  const complaints = logProblems(fault, world.fleet.apps);
  // What was acknowledged must still be stored.
  if (recovery === Infinity) await world.fleet.restart();
  await verifySessions(world.fleet, load);
  if (fault.disturbsWechat !== true) await verifyKeys(world, load);
  const measured = { longestWait, recovery, backends: await backends.stop() };
  const problems = [
    ...failures,
    ...ledger.lost.lines.map((line) => `lost: ${line}`),
    ...undocumented.lines.map((line) => `undocumented: ${line}`),
    ...beyondLimits(measured, { ...LIMITS, ...fault.limits }),
    ...complaints,
  ];
  const figures: FaultFigures = {
    name: fault.name,
    sent,
    logins,
    logouts,
    lost: ledger.lost.total,
    undocumented: undocumented.total,
    p99,
    ...measured,
    logged,
    problems,
  };
  return { figures, ledger };
}

/** @returns the failures that the fault itself reports. */
async function injectFault<Server extends PostgresServer>(
  { inject, heal, seconds }: Fault<Server>,
  world: World<Server>,
): Promise<string[]> {
  const failures: string[] = [];
  const attempt = async (step: Fault<Server>['inject']): Promise<void> => {
    try {
      await step(world);
    } catch (error) {
      failures.push(String(error));
    }
  };
  await attempt(inject);
  await sleep(seconds * 1000);
  await attempt(heal);
  return failures;
}

const linesOf = (apps: readonly AppProcess[]): number =>
  apps.reduce((sum, { lines }) => sum + lines, 0);

function logProblems({ logged }: Pick<Fault, 'logged'>, apps: readonly AppProcess[]): string[] {
  const isLogged = logged === undefined || apps.some(({ log }) => logged.test(log));
  return [
    ...apps
      .filter(({ hasDied }) => hasDied)
      .map(({ name, lastError }) => `${name} died: ${lastError}`),
    ...(isLogged ? [] : [`no app has logged ${String(logged)}`]),
  ];
}

function beyondLimits({ longestWait, recovery, backends }: Measured, limits: Limits): string[] {
  return [
    longestWait > limits.wait && `a wait of ${secondsOf(longestWait)}`,
    recovery > limits.recovery && `time to recover: ${secondsOf(recovery)}`,
    backends > limits.backends && `${String(backends)} backends of one app`,
  ].filter((problem) => problem !== false);
}
