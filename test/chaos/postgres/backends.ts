import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from './database.js';

const EVERY_MS = 250;

/** Counts the backends of each app while it is watched. */
export class Backends {
  private readonly stopping = new AbortController();
  private readonly watching: Promise<void>;
  private readonly counts = new Map<string, number>();

  constructor(private readonly database: Database) {
    this.watching = this.watch();
  }

  /** @returns the greatest number of one app. */
  async stop(): Promise<number> {
    this.stopping.abort();
    await this.watching;
    return Math.max(0, ...this.counts.values());
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // While Postgres is unavailable, nothing can be counted.
      await this.count().catch(() => undefined);
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async count(): Promise<void> {
    const rows = await this.database.query<{ app: string; backends: number }>(
      `SELECT application_name AS app, count(*)::int AS backends FROM pg_stat_activity
       WHERE usename = '${Database.role}' AND application_name LIKE 'app-%' GROUP BY 1`,
    );
    for (const { app, backends } of rows) {
      this.counts.set(app, Math.max(backends, this.counts.get(app) ?? 0));
    }
  }
}
