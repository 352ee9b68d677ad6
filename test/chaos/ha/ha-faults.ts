import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../faults/fault.js';
import type { PatroniCluster } from './patroni-cluster.js';
import type { PgBouncer } from './pgbouncer.js';

/** Measured from the fault: nothing is repaired before the apps work again. */
const limits = { recovery: 30_000 };

const onCluster = (
  name: string,
  inject: (cluster: PatroniCluster) => Promise<unknown>,
): Fault<PatroniCluster> => ({
  name,
  seconds: 0,
  limits,
  inject: async ({ postgres }) => {
    // The effects of the previous fault are repaired first.
    await postgres.untilHealthy();
    await sleep(2000);
    await inject(postgres);
  },
  heal: () => undefined,
});

export const clusterFaults: readonly Fault<PatroniCluster>[] = [
  onCluster('Patroni: a planned switchover', (cluster) => cluster.switchOver()),
  onCluster('Patroni: the primary killed (kill -9)', async (cluster) =>
    (await cluster.primary()).kill(),
  ),
  onCluster('Patroni: the primary cut off from all others and from etcd', async (cluster) => {
    (await cluster.primary()).partition();
  }),
];

const LAG_MS = 300;

/** If commits do not wait for a standby, the last ones can be lost: their number is measured. */
export const asynchronousFault: Fault<PatroniCluster> = onCluster(
  `Patroni without synchronous mode: the primary killed (kill -9), its standbys ${String(LAG_MS)} ms behind`,
  async (cluster) => {
    await cluster.setAsynchronous();
    const primary = await cluster.primary();
    primary.stopReplication();
    await sleep(LAG_MS);
    await primary.kill();
  },
);

export const bouncerFault = (bouncer: PgBouncer): Fault => ({
  name: 'PgBouncer in transaction mode, killed and started again three times',
  seconds: 2,
  // PgBouncer's own pool is the limit.
  limits: { backends: 60 },
  inject: async () => {
    for (let time = 0; time < 3; time++) {
      await bouncer.killAndStart();
      await sleep(1500);
    }
  },
  heal: () => undefined,
});
