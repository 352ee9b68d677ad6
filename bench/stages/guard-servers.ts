import { guardPeerNames, guardPeers, type GuardPeer } from '../guards/peers.js';
import type { Platform, ServerCommands, ServerConfig } from '../guards/server.js';
import type { Fire, Hits, LoadCommands } from '../load/load.js';
import type { Cleanup } from '../processes/cleanup.js';
import { Worker } from '../processes/worker.js';
import type { Bench } from './bench.js';

/** One measurement of one server. */
export interface Shot extends Hits {
  /** Microseconds of the server's processor time, per request. */
  readonly cpu: number;
  /** Sent to Postgres, per request. */
  readonly statements: number;
}

type Orders = Pick<Fire, 'connections'> & Pick<Fire, 'seconds' | 'requests'>;
type Server = Worker<ServerCommands>;

/** One server for each peer, each in a process of its own, and one process that asks them. */
export class GuardServers {
  private constructor(
    private readonly bench: Bench,
    private readonly servers: ReadonlyMap<GuardPeer, Server>,
    private readonly load: Worker<LoadCommands>,
  ) {}

  static async start(
    bench: Bench,
    platform: Platform,
    cleanup: Cleanup,
    peers: readonly GuardPeer[] = guardPeerNames,
  ): Promise<GuardServers> {
    const load = await cleanup.use(Worker.start<LoadCommands>('load/load.js'));
    const started = peers.map(async (peer): Promise<[GuardPeer, Server]> => {
      const config: ServerConfig = { peer, platform, settings: bench.settings };
      const flags = ['--expose-gc', ...(peer === 'ours' ? bench.execArgv : [])];
      const server = Worker.start<ServerCommands>('guards/server.js', config, flags);
      return [peer, await cleanup.use(server)];
    });
    return new GuardServers(bench, new Map(await Promise.all(started)), load);
  }

  async fire(peer: GuardPeer, orders: Orders, tickets?: string): Promise<Shot> {
    const server = this.server(peer);
    const { tokens, looks } = guardPeers[peer];
    const url = await server.ask('url', undefined);
    const file = tickets ?? this.bench.tickets[tokens];
    const before = await server.ask('usage', undefined);
    const hits = await this.load.ask('fire', { ...orders, url, looks, tickets: file });
    const after = await server.ask('usage', undefined);
    return {
      ...hits,
      cpu: (after.cpu - before.cpu) / hits.requests,
      statements: (after.statements - before.statements) / hits.requests,
    };
  }

  heap(peer: GuardPeer): Promise<number> {
    return this.server(peer).ask('heap', undefined);
  }

  private server(peer: GuardPeer): Server {
    const server = this.servers.get(peer);
    if (server === undefined) throw new Error(`No server of ${peer} was started.`);
    return server;
  }
}
