import { Client } from 'pg';
import { jitter, straight } from '../network/carry.js';
import type { World } from '../world.js';
import { repeatedly, type Fault } from './fault.js';

/** SQLSTATE too_many_connections. */
const TOO_MANY_CONNECTIONS = '53300';

const hogs: Client[] = [];

/** Takes all remaining connections of Postgres except those for the superuser. */
async function hogConnections({ database, postgres }: World): Promise<void> {
  await database.terminate().catch((error: unknown) => {
    // Not even one of those for the superuser is free.
    if ((error as { code?: string }).code !== TOO_MANY_CONNECTIONS) throw error;
  });
  for (;;) {
    const hog = new Client({ connectionString: database.urlFor('hog', postgres.port) });
    hog.on('error', () => undefined);
    try {
      await hog.connect();
    } catch {
      // "sorry, too many clients already"
      return;
    }
    hogs.push(hog);
  }
}

const hogging = repeatedly(200, hogConnections);

export const connectionFaults: Fault[] = [
  {
    name: 'Too many connections: others have taken all of them',
    seconds: 6,
    isQuick: true,
    inject: hogging.inject,
    heal: async (world) => {
      try {
        await hogging.heal(world);
      } finally {
        await Promise.all(hogs.splice(0).map((hog) => hog.end()));
      }
    },
  },
  {
    name: 'A pool of one, and answers of Postgres that are up to 100 ms late',
    seconds: 6,
    wiring: { typeOrm: { poolSize: 1 } },
    inject: ({ network }) => {
      network.carry = jitter(100);
    },
    heal: ({ network }) => {
      network.carry = straight;
    },
    limits: { backends: 2 },
  },
  {
    name: 'DISCARD ALL on connections of the pool, by the host',
    seconds: 5,
    ...repeatedly(20, ({ fleet }) => Promise.all(fleet.apps.map((app) => app.ask('discard')))),
  },
];
