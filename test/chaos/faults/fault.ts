import { setTimeout as sleep } from 'node:timers/promises';
import type { Wiring } from '../apps/settings.js';
import type { ChaosPostgres } from '../postgres/chaos-postgres.js';
import type { PostgresServer } from '../postgres/postgres-server.js';
import type { World } from '../world.js';

/** Beyond what is lost and what is undocumented, of which there is to be nothing. */
export interface Limits {
  /** Milliseconds of the longest request. */
  readonly wait: number;
  /** Milliseconds from the end of the fault until every app works again. */
  readonly recovery: number;
  /** Of one app. */
  readonly backends: number;
}

export const LIMITS: Limits = {
  // Two statements of five seconds, the first behind one of others, and WeChat.
  wait: 16_000,
  recovery: 10_000,
  // A pool of ten, and one that is on its way out.
  backends: 11,
};

/** Something that goes wrong while people use the apps. */
export interface Fault<Server extends PostgresServer = ChaosPostgres> {
  readonly name: string;
  /** How long it lasts. */
  readonly seconds: number;
  readonly inject: (world: World<Server>) => unknown;
  readonly heal: (world: World<Server>) => unknown;
  readonly limits?: Partial<Limits>;
  /** What the apps are started with, beyond the README's wiring. */
  readonly wiring?: Wiring;
  /** Part of the short form. */
  readonly isQuick?: boolean;
  /** WeChat answers late or not at all, so which exchange was the newest is not known. */
  readonly disturbsWechat?: boolean;
  /** What is lost by design, as the README says. */
  readonly excused?: RegExp;
  /** What an app has to log for its operator. */
  readonly logged?: RegExp;
  /** Why it cannot be tried here. */
  readonly obstacle?: string | undefined;
}

/** A fault that happens again and again while it lasts. */
export function repeatedly(
  everyMs: number,
  work: (world: World, round: number) => unknown,
): Pick<Fault, 'inject' | 'heal'> {
  let running: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  return {
    inject: (world) => {
      const stop = new AbortController();
      const repeat = async (): Promise<void> => {
        for (let round = 0; !stop.signal.aborted; round++) {
          await work(world, round);
          await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
        }
      };
      running = { stop, done: repeat() };
      // It is looked at in `heal`.
      running.done.catch(() => undefined);
    },
    heal: async () => {
      running?.stop.abort();
      await running?.done;
    },
  };
}
