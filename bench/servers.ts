import type { Database } from './data/database.js';
import type { Ticket } from './data/tickets.js';
import { fire } from './load.js';
import { Child } from './processes/child.js';
import type * as module from './processes/server.js';
import type { Row, Shot } from './rows.js';
import type { Settings } from './settings.js';

/** What every measurement uses. */
export interface Bench {
  readonly settings: Settings;
  readonly database: Database;
  /** Node options of the application, such as `--cpu-prof`. */
  readonly execArgv: readonly string[];
}

interface Server {
  readonly url: string;
  readonly child: Child<typeof module.functions>;
}

type Usage = ReturnType<typeof module.functions.usage>;

/** The servers of some rows; rows that need the same server share it. */
export class Servers {
  private readonly servers = new Map<string, Promise<Server>>();

  constructor(
    private readonly bench: Bench,
    private readonly tickets: readonly Ticket[],
  ) {}

  /** One measurement. */
  async measure(row: Row, seconds: number, withHeap = false): Promise<Shot> {
    const servers = await this.serversOf(row);
    const before = await usageOf(servers);
    const { requests, ...figures } = await this.load(row, servers, seconds);
    const after = await usageOf(servers);
    return {
      ...figures,
      micros: 1e6 / figures.perSecond,
      cpu: (after.cpu - before.cpu) / requests,
      statements: (after.statements - before.statements) / requests,
      ...(withHeap && { heap: await servers[0].child.call('heap') }),
    };
  }

  /** The number of users that the calls in the servers have created. */
  async newUsers(): Promise<number> {
    return (await usageOf(await this.all())).newUsers;
  }

  async stop(): Promise<void> {
    await Promise.all((await this.all()).map(({ child }) => child.stop()));
  }

  private all = (): Promise<Server[]> => Promise.all(this.servers.values());

  private serversOf(row: Row): Promise<[Server, ...Server[]]> {
    const { server = 'startApp', settings, instances = 1 } = row;
    const start = async (): Promise<Server> => {
      const flags = server === 'startApp' ? this.bench.execArgv : [];
      const child: Server['child'] = new Child('./server.js', ['--expose-gc', ...flags]);
      return { child, url: await child.call(server, { ...this.bench.settings, ...settings }) };
    };
    const nth = (n: number): Promise<Server> => {
      const key = JSON.stringify([server, settings, n]);
      const started = this.servers.get(key) ?? start();
      this.servers.set(key, started);
      return started;
    };
    return Promise.all([nth(0), ...Array.from({ length: instances - 1 }, (_, i) => nth(i + 1))]);
  }

  private load({ load }: Row, servers: [Server, ...Server[]], seconds: number) {
    if ('call' in load) {
      return servers[0].child.call('loop', load.call, load.concurrency, seconds);
    }
    const urls = servers.map(({ url }) => url);
    const { users } = this.bench.settings;
    return fire(load, seconds, { urls, tickets: this.tickets, users });
  }
}

async function usageOf(servers: readonly Server[]): Promise<Usage> {
  const all = await Promise.all(servers.map(({ child }) => child.call('usage')));
  const sum = (of: keyof Usage): number => all.reduce((total, usage) => total + usage[of], 0);
  return { cpu: sum('cpu'), statements: sum('statements'), newUsers: sum('newUsers') };
}
