import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world.js';
import { repeatedly, type Fault } from './fault.js';

export async function killAndStart({ postgres }: World): Promise<void> {
  await postgres.kill();
  await sleep(500);
  await postgres.startAgain();
}

const freeze = (seconds: number, isQuick = false): Fault => ({
  name: `Postgres frozen for ${String(seconds)} s (SIGSTOP)`,
  seconds,
  isQuick,
  inject: ({ postgres }) => {
    postgres.freeze();
  },
  heal: ({ postgres }) => {
    postgres.thaw();
  },
});

export const postgresFaults: Fault[] = [
  {
    name: 'Postgres killed three times (kill -9)',
    seconds: 0,
    isQuick: true,
    inject: async (world) => {
      for (let time = 0; time < 3; time++) {
        await killAndStart(world);
        await sleep(2500);
      }
    },
    heal: () => undefined,
  },
  freeze(3, true),
  freeze(8),
  freeze(20),
  {
    name: 'Backends terminated at random',
    seconds: 8,
    isQuick: true,
    ...repeatedly(50, ({ database }) => database.terminate(0.2)),
  },
];
