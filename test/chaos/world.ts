import { WechatSandbox } from '../../src/testing/index.js';
import type { Cleanup } from './cleanup.js';
import { Fleet, type Surroundings } from './apps/fleet.js';
import { APP, type Wiring } from './apps/settings.js';
import { Contract } from './load/contract.js';
import type { Target } from './load/load.js';
import { TcpProxy } from './network/tcp-proxy.js';
import type { ChaosPostgres } from './postgres/chaos-postgres.js';
import { Database } from './postgres/database.js';
import { migrate } from './postgres/migrate.js';
import type { PostgresServer } from './postgres/postgres-server.js';

/** Three apps, a Postgres and WeChat, with a network between them. */
export class World<Server extends PostgresServer = ChaosPostgres> implements Target {
  private constructor(
    readonly postgres: Server,
    readonly database: Database,
    /** Between the apps and Postgres. */
    readonly network: TcpProxy,
    readonly wechat: WechatSandbox,
    /** Between the apps and WeChat. */
    readonly wechatNetwork: TcpProxy,
    readonly surroundings: Surroundings,
    readonly contract: Contract,
    private apps: Fleet,
  ) {}

  /** @param entrance - the port of Postgres behind the network. */
  static async start<Server extends PostgresServer>(
    cleanup: Cleanup,
    postgres: Server,
    entrance = postgres.port,
  ): Promise<World<Server>> {
    const database = await Database.create(postgres, 'chaos');
    const network = await TcpProxy.start(entrance);
    const wechat = await WechatSandbox.start({ apps: [APP] });
    const wechatNetwork = await TcpProxy.start(Number(new URL(wechat.url).port));
    cleanup.defer(async () => {
      network.close();
      wechatNetwork.close();
      await wechat.close();
    });
    const surroundings: Surroundings = {
      wechatUrl: `http://127.0.0.1:${String(wechatNetwork.port)}`,
      databaseUrlOf: (app) => database.urlFor(app, network.port),
    };
    await migrate(database.urlFor('migrations', postgres.port));
    const fleet = await Fleet.start(surroundings);
    const openApi = fleet.apps[0]?.openApi;
    if (openApi === undefined) throw new Error('The apps have no OpenAPI document.');
    const world = new World(
      postgres,
      database,
      network,
      wechat,
      wechatNetwork,
      surroundings,
      new Contract(openApi),
      fleet,
    );
    cleanup.defer(() => world.fleet.stop());
    return world;
  }

  get fleet(): Fleet {
    return this.apps;
  }

  /** Restarts the apps if they need other settings. */
  async rewire(wiring: Wiring): Promise<void> {
    if (JSON.stringify(wiring) === JSON.stringify(this.apps.wiring)) return;
    await this.apps.stop();
    this.apps = await Fleet.start(this.surroundings, wiring);
  }
}
