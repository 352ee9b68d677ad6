import { guardPeerNames, guardPeers, type GuardPeer } from '../guards/peers.js';
import { spreadOf } from '../statistics.js';
import { say, type Bench } from './bench.js';
import type { GuardServers, Shot } from './guard-servers.js';
import { inTurn } from './in-turn.js';

/** What a peer does with so many connections: the medians. */
export interface GrowthPoint {
  readonly connections: number;
  readonly perSecond: number;
  readonly p99: number;
  readonly statements: number;
}

/** For each number of connections, the point of each peer. */
export type GrowthFigures = readonly Readonly<Record<GuardPeer, GrowthPoint>>[];

export async function measureGrowth(
  { plan }: Bench,
  servers: GuardServers,
): Promise<GrowthFigures> {
  const { connections: steps, rounds, seconds, warmUp } = plan.growth;
  const figures: Record<GuardPeer, GrowthPoint>[] = [];
  for (const connections of steps) {
    for (const peer of guardPeerNames) await servers.fire(peer, { connections, seconds: warmUp });
    const shots = await inTurn(guardPeerNames, rounds, (peer) =>
      servers.fire(peer, { connections, seconds }),
    );
    const point = (peer: GuardPeer): GrowthPoint => pointOf(peer, connections, shots[peer]);
    figures.push({
      open: point('open'),
      empty: point('empty'),
      nestDocs: point('nestDocs'),
      passport: point('passport'),
      careful: point('careful'),
      ours: point('ours'),
    });
  }
  return figures;
}

function pointOf(peer: GuardPeer, connections: number, shots: readonly Shot[]): GrowthPoint {
  const median = (figure: 'perSecond' | 'p99' | 'statements'): number =>
    spreadOf(shots.map((shot) => shot[figure])).median;
  const [perSecond, p99] = [median('perSecond'), median('p99')];
  const { label } = guardPeers[peer];
  say(
    `${String(connections)} connections, ${label}: ${perSecond.toFixed(0)}/s, p99 ${p99.toFixed(2)} ms`,
  );
  return { connections, perSecond, p99, statements: median('statements') };
}
