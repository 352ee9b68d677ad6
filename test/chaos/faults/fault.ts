import { setTimeout as sleep } from 'node:timers/promises';
import type { Wiring } from '../apps/settings.js';
import type { ChaosPostgres } from '../postgres/chaos-postgres.js';
import type { PostgresServer } from '../postgres/postgres-server.js';
import type { World } from '../world.js';

/** Limits, in addition to lost data and undocumented responses, of which there must be none. */
export interface Limits {
  /** Milliseconds of the longest request. */
  readonly wait: number;
  /** Milliseconds between the end of the fault and the recovery of all apps. */
  readonly recovery: number;
  /** Of one app. */
  readonly backends: number;
}

export const LIMITS: Limits = {
  // Two statements of five seconds, the first after another caller's statement, and WeChat.
  wait: 16_000,
  recovery: 10_000,
  // A pool of ten, and one connection that is being closed.
  backends: 11,
};

/** A fault while clients use the apps. */
export interface Fault<Server extends PostgresServer = ChaosPostgres> {
  readonly name: string;
  /** Its duration. */
  readonly seconds: number;
  readonly inject: (world: World<Server>) => unknown;
  readonly heal: (world: World<Server>) => unknown;
  readonly limits?: Partial<Limits>;
  /** Settings of the apps that differ from the README's. */
  readonly wiring?: Wiring;
  /** Part of the short form. */
  readonly isQuick?: boolean;
  /** WeChat responds late or not at all, so the newest exchange is unknown. */
  readonly disturbsWechat?: boolean;
  /** What is lost by design, as documented in the README. */
  readonly excused?: RegExp;
  /** What an app must log for its operator. */
  readonly logged?: RegExp;
  /** Why it cannot be tested on this machine. */
  readonly obstacle?: string | undefined;
}

/** A fault that is repeated. */
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
      // It is checked in `heal`.
      running.done.catch(() => undefined);
    },
    heal: async () => {
      running?.stop.abort();
      await running?.done;
    },
  };
}
