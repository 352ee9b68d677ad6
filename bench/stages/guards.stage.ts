import { guardPeerNames, guardPeers, type GuardPeer } from '../guards/peers.js';
import type { Platform } from '../guards/server.js';
import { say, type Bench } from './bench.js';
import type { GuardServers, Shot } from './guard-servers.js';
import { inTurn } from './in-turn.js';

/** The rounds of each peer. */
export type GuardFigures = Readonly<Record<GuardPeer, readonly Shot[]>>;

export async function measureGuards(
  { plan }: Bench,
  platform: Platform,
  servers: GuardServers,
): Promise<GuardFigures> {
  const { connections, guards } = plan;
  for (const peer of guardPeerNames) {
    await servers.fire(peer, { connections, seconds: guards.warmUp });
  }
  return inTurn(guardPeerNames, guards.rounds, async (peer, round) => {
    const shot = await servers.fire(peer, { connections, seconds: guards.seconds });
    say(`${platform} ${round} ${guardPeers[peer].label}: ${described(shot)}`);
    return shot;
  });
}

const described = ({ perSecond, p99, cpu, statements }: Shot): string =>
  `${perSecond.toFixed(0)}/s, p99 ${p99.toFixed(2)} ms, ${cpu.toFixed(1)} µs of processor and ${statements.toFixed(3)} statements a request`;
