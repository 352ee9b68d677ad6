import { Database } from '../postgres/database.js';
import type { World } from '../world.js';
import type { Fault } from './fault.js';
import { killAndStart } from './postgres.js';

const setCommit = async ({ database }: World, setting: 'off' | 'on'): Promise<void> => {
  await database.query(`ALTER ROLE ${Database.role} SET synchronous_commit = ${setting}`);
  // It applies to new connections.
  await database.terminate();
};

/** Postgres acknowledges unwritten data: here data must be lost. */
export const lossyCommits: Fault = {
  name: 'synchronous_commit = off, and Postgres killed (kill -9)',
  seconds: 0,
  inject: async (world) => {
    await setCommit(world, 'off');
    await new Promise((next) => setTimeout(next, 1000));
    await killAndStart(world);
  },
  heal: (world) => setCommit(world, 'on'),
};
