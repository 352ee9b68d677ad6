import type { NewApp } from './new-app.js';
import { nameOf, type Row } from './rows.js';

/** The result for an app. */
export interface Outcome {
  readonly row: Row;
  readonly result: 'passed' | 'failed' | 'not run';
  /** The failed step and its output. */
  readonly reason: string;
  readonly seconds: number;
}

/** The messages of package managers if the registry does not have a package. */
const MISSING = /E404|ETARGET|ERR_PNPM_(NO_MATCHING_VERSION|FETCH_404)|Couldn't find/;

/** Runs a step, so that a failure names it. */
type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Runs the steps of a row, up to the first that fails. */
export async function outcomeOf(
  row: Row,
  work: (step: Step) => Promise<unknown>,
): Promise<Outcome> {
  const start = performance.now();
  const outcome = (result: Outcome['result'], reason = ''): Outcome => {
    return { row, result, reason, seconds: Math.round((performance.now() - start) / 1000) };
  };
  let current = '';
  try {
    await work((name, part) => {
      current = name;
      return part();
    });
    return outcome('passed');
  } catch (error) {
    const { message } = error as Error;
    return outcome(MISSING.test(message) ? 'not run' : 'failed', `${current}: ${message}`);
  }
}

/** What a user does with a new app, in order. */
export async function useNewApp(app: NewApp, step: Step): Promise<void> {
  await step('create', () => app.create());
  await step('install', () => app.install());
  await step('build', () => app.build());
  await step('test:e2e', () => app.test());
  await step('start and log in', () => app.logIn());
}

/** What a user does with `nest add`, in another new app. Its second run has to change nothing. */
export async function useNestAdd(app: NewApp, installed: NewApp, step: Step): Promise<void> {
  await step('create', () => app.createWithPackagesOf(installed));
  await step('nest add --dry-run', () => app.nestAdd('--dry-run'));
  await step('nest add', () => app.nestAdd());
  await step('nest add again', async () => {
    const printed = await app.nestAdd();
    if (!printed.includes('nothing is changed')) throw new Error(printed);
  });
  await step('build', () => app.build());
  await step('test:e2e', () => app.test());
  await step('start and log in', () => app.logIn());
}

/** A line for each app, followed by the reasons of failures. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map(
    ({ row, result, seconds }) =>
      `${result.padEnd(8)} ${String(seconds).padStart(4)} s  ${nameOf(row)}`,
  );
  const reasons = outcomes
    .filter(({ reason }) => reason !== '')
    .map(({ row, result, reason }) => `\n${nameOf(row)} (${result}):\n${reason}`);
  return [...lines, ...reasons, ''].join('\n');
}
