import { clockOf } from './clock.js';
import { AppProcess } from './app-process.js';
import type { AppSettings, Platform, Wiring } from './settings.js';

interface Member {
  readonly name: string;
  readonly platform: Platform;
}

const MEMBERS: readonly [Member, ...Member[]] = [
  { name: 'app-1', platform: 'Express' },
  { name: 'app-2', platform: 'Fastify' },
  { name: 'app-3', platform: 'Fastify' },
];

/** The URLs that the apps need. */
export interface Surroundings {
  readonly wechatUrl: string;
  databaseUrlOf(app: string): string;
}

/** Three instances of an app on one database. */
export class Fleet {
  private constructor(
    readonly apps: AppProcess[],
    private readonly surroundings: Surroundings,
    readonly wiring: Wiring,
  ) {}

  static async start(surroundings: Surroundings, wiring: Wiring = {}): Promise<Fleet> {
    const fleet = new Fleet([], surroundings, wiring);
    const started = await Promise.allSettled(MEMBERS.map((_, i) => fleet.startApp(i)));
    const failure = started.find((each) => each.status === 'rejected');
    if (failure === undefined) return fleet;
    await fleet.stop();
    throw failure.reason;
  }

  /** An instance that accepts requests, chosen like a load balancer does. */
  any(): AppProcess {
    const serving = this.apps.filter(({ isServing }) => isServing);
    const app = serving[Math.floor(Math.random() * serving.length)];
    if (app === undefined) throw new Error('No app is serving.');
    return app;
  }

  /** Starts a new app in place of the one with this index. */
  async startApp(place: number, settings: Partial<AppSettings> = {}): Promise<void> {
    const { name, platform } = MEMBERS[place] ?? MEMBERS[0];
    this.apps[place] = await AppProcess.start(
      name,
      {
        ...this.wiring,
        platform,
        databaseUrl: this.surroundings.databaseUrlOf(name),
        wechatUrl: this.surroundings.wechatUrl,
        ...settings,
      },
      clockOf(this.wiring.clocks?.[name]),
    );
  }

  /** Ends the running apps, and starts all of them again. */
  async restart(): Promise<void> {
    await this.stop();
    for (const place of MEMBERS.keys()) await this.startApp(place);
  }

  async stop(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.end('SIGKILL')));
  }
}
