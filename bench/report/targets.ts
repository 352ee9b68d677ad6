import type { Results } from '../results.js';
import { differenceOf, ratioOf, spreadOf, type Spread } from '../statistics.js';
import { megabytes, number, spread } from './format.js';

/** A figure that the library has set itself to reach. */
export interface Target {
  readonly figure: string;
  readonly goal: string;
  readonly measured: string;
  readonly isReached: boolean;
}

export function targetsOf({ fastify, express, verify, logins, memory }: Results): Target[] {
  const rates = (shots: readonly { perSecond: number }[]): number[] =>
    shots.map(({ perSecond }) => perSecond);
  const p99 = (shots: readonly { p99: number }[]): number[] => shots.map((shot) => shot.p99);
  const growth = memory.later.map((heap) => megabytes(heap - memory.afterWarmUp));
  const [ours, kept] = [rates(fastify.ours), rates(logins.ours)];
  return [
    atLeast(10, 'guarded over the guard of Nest’s docs', ratioOf(ours, rates(fastify.nestDocs))),
    atLeast(2, 'guarded over the careful guard', ratioOf(ours, rates(fastify.careful))),
    atLeast(0.4, 'guarded over the open route, Fastify', ratioOf(ours, rates(fastify.open))),
    atLeast(
      0.75,
      'guarded over the open route, Express',
      ratioOf(rates(express.ours), rates(express.open)),
    ),
    atMost(
      2,
      ' µs',
      'verify alone, warm, beyond the empty guard',
      differenceOf(
        verify.map((times) => times.verify),
        verify.map((times) => times.empty),
      ),
    ),
    atMost(
      3,
      ' ×',
      'p99 latency, guarded over the open route',
      ratioOf(p99(fastify.ours), p99(fastify.open)),
    ),
    atLeast(
      3,
      'logins kept over `findOne`, then `save`',
      ratioOf(kept, rates(logins.findThenSave)),
    ),
    atLeast(0.9, 'logins kept over the bare statement', ratioOf(kept, rates(logins.bareStatement))),
    // The most counts here: a heap that grows is at its largest in the end.
    { ...atMost(32, ' MB', 'heap above warm-up', spreadOf(growth)), isReached: most(growth) <= 32 },
  ];
}

const most = (values: readonly number[]): number => Math.max(...values);

const atLeast = (goal: number, figure: string, measured: Spread): Target => ({
  figure,
  goal: `≥ ${number(goal)} ×`,
  measured: spread(measured, ' ×'),
  isReached: measured.median >= goal,
});

const atMost = (goal: number, unit: string, figure: string, measured: Spread): Target => ({
  figure,
  goal: `≤ ${number(goal)}${unit}`,
  measured: spread(measured, unit),
  isReached: measured.median <= goal,
});
