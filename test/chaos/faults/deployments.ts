import { setTimeout as sleep } from 'node:timers/promises';
import { Fleet } from '../apps/fleet.js';
import { late, straight } from '../network/carry.js';
import { Database } from '../postgres/database.js';
import { Standby } from '../postgres/standby.js';
import { migrate } from '../postgres/migrate.js';
import type { World } from '../world.js';
import type { Fault } from './fault.js';

/** The time between the last request of a load balancer and the signal to the app. */
const DRAIN_MS = 100;

/** Each app in turn is ended by this signal and replaced by a new one. */
async function replaceEach({ fleet }: World, signal: NodeJS.Signals): Promise<void> {
  for (const [place, app] of fleet.apps.entries()) {
    app.isServing = false;
    if (signal === 'SIGTERM') await sleep(DRAIN_MS);
    await app.end(signal);
    await fleet.startApp(place);
  }
}

const STARTS = 20;
const APPS = 3;

/** Starts some apps at once on an empty database. @throws if one of them does not start */
async function migrateAtOnce(world: World, name: string): Promise<void> {
  const { postgres } = world;
  const url = (await Database.create(postgres, name)).urlFor('migrations', postgres.port);
  const apps = Array.from({ length: APPS }, () => migrate(url));
  const failure = (await Promise.allSettled(apps)).find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}

let standby: Standby | undefined;

export const deploymentFaults: Fault[] = [
  {
    name: 'Rolling restart: SIGTERM while requests are under way',
    seconds: 0,
    isQuick: true,
    inject: async (world) => {
      // So that requests are in progress.
      world.network.carry = late(60);
      await replaceEach(world, 'SIGTERM');
    },
    heal: ({ network }) => {
      network.carry = straight;
    },
  },
  {
    name: 'Apps killed (kill -9) and started again',
    seconds: 0,
    inject: (world) => replaceEach(world, 'SIGKILL'),
    heal: () => undefined,
  },
  {
    name: `Migrations by three apps at once, which wait for each other, ${String(STARTS)} times`,
    seconds: 0,
    isQuick: true,
    inject: async (world) => {
      const failures: unknown[] = [];
      for (let start = 0; start < STARTS; start++) {
        await migrateAtOnce(world, `empty_${String(start)}`).catch((error: unknown) =>
          failures.push(error),
        );
      }
      if (failures.length > 0) {
        throw new Error(
          `${String(failures.length)} failed, the last with: ${String(failures.at(-1))}`,
        );
      }
    },
    heal: () => undefined,
  },
  {
    // TypeORM takes no lock: of the apps that fail, `TypeOrmModule` tries again after 3 s.
    name: 'Three more apps that start at once on an empty database',
    seconds: 0,
    inject: async ({ postgres, surroundings }) => {
      const database = await Database.create(postgres, 'empty');
      const fleet = await Fleet.start({
        ...surroundings,
        databaseUrlOf: (app) => database.urlFor(`new-${app}`, postgres.port),
      });
      await fleet.stop();
    },
    heal: () => undefined,
  },
  {
    name: 'An app whose database is a standby',
    seconds: 5,
    isQuick: true,
    inject: async ({ postgres, database, fleet }) => {
      standby = await Standby.start(postgres, 1000);
      await fleet.apps[2]?.end('SIGKILL');
      await fleet.startApp(2, { databaseUrl: database.urlFor('app-3', standby.port) });
    },
    heal: async ({ fleet }) => {
      await fleet.apps[2]?.end('SIGKILL');
      await fleet.startApp(2);
      await standby?.stop();
    },
  },
];
