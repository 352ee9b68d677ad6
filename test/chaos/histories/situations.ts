import { setTimeout as sleep } from 'node:timers/promises';
import type { Wiring } from '../apps/settings.js';
import { jitter, straight } from '../network/carry.js';
import { killAndStart } from '../faults/postgres.js';
import type { World } from '../world.js';

/** A situation in which a history is recorded. */
export interface Situation {
  readonly name: string;
  /** Part of the short form. */
  readonly isQuick?: boolean;
  readonly run: (world: World) => Promise<unknown>;
}

/** A mistake of an app that must be found in its history. */
export interface Mistake {
  readonly name: string;
  readonly mistake: NonNullable<Wiring['mistake']>;
}

/** Responses of Postgres arrive in another order. */
export const unevenly = async ({ network }: World): Promise<void> => {
  network.carry = jitter(400);
  await sleep(5000);
  network.carry = straight;
};

export const situations: readonly Situation[] = [
  { name: 'nothing', run: () => sleep(4000) },
  { name: 'up to 400 ms to Postgres and back, at random', isQuick: true, run: unevenly },
  {
    name: 'Postgres frozen for 3 s',
    isQuick: true,
    run: async ({ postgres }) => {
      await sleep(1000);
      postgres.freeze();
      await sleep(3000);
      postgres.thaw();
      await sleep(1500);
    },
  },
  {
    name: 'Postgres frozen for 7 s',
    run: async ({ postgres }) => {
      await sleep(1000);
      postgres.freeze();
      await sleep(7000);
      postgres.thaw();
      await sleep(2000);
    },
  },
  {
    name: 'Postgres killed (kill -9)',
    run: async (world) => {
      await sleep(1000);
      await killAndStart(world);
      await sleep(2000);
    },
  },
  {
    name: 'backends terminated at random',
    run: async ({ database }) => {
      for (let round = 0; round < 60; round++) {
        await database.terminate(0.2);
        await sleep(50);
      }
    },
  },
];

export const mistakes: readonly Mistake[] = [
  { name: 'probes that ride on an older query', mistake: 'rides-on-older-query' },
  { name: 'probes that ask a standby', mistake: 'asks-standby' },
];
