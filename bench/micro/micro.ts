import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { SessionsService, WxSessionGuard } from '../../src/index.js';
import { SessionProbes } from '../../src/sessions/session-probes.js';
import { SessionTokens } from '../../src/sessions/session-tokens.js';
import type { Settings } from '../data/apps.js';
import { readTickets } from '../data/tickets.js';
import { EmptyGuard } from '../guards/empty.module.js';
import { OursModule } from '../guards/ours.module.js';
import { serve } from '../processes/serve.js';

/** Different tokens in turn, all of them remembered. */
const TOKENS = 1000;

/** Microseconds of a call. */
export interface CallTimes {
  readonly empty: number;
  readonly verify: number;
  /** Of the whole guard, with a probe that answers at once. */
  readonly guard: number;
}

export interface ProbeTimes {
  /** Microseconds that one request waits where no other is under way. */
  readonly alone: number;
  /** Microseconds per request where 64 are under way. */
  readonly together: number;
}

export interface MicroConfig {
  readonly settings: Settings;
  /** A file of tickets. */
  readonly tickets: string;
  readonly asksPostgres: boolean;
}

export interface MicroCommands {
  readonly verify: (input: { calls: number }) => Promise<CallTimes>;
  readonly probe: (input: { seconds: number }) => Promise<ProbeTimes>;
}

class ProfileController {
  me(): void {
    // Only what the guard reads of a handler counts.
  }
}

function contextOf(token: string): ExecutionContextHost {
  const request = {
    headers: { authorization: `Bearer ${token}` },
    rawHeaders: ['Host', '127.0.0.1', 'Connection', 'keep-alive', 'authorization', ''],
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- Nest hands handlers on like this.
  return new ExecutionContextHost([request, {}], ProfileController, ProfileController.prototype.me);
}

/** Microseconds per call, each awaited as Nest awaits a guard. */
async function timed(calls: number, call: (i: number) => unknown): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await call(i % TOKENS);
  return ((performance.now() - start) * 1000) / calls;
}

/** Microseconds per call, with `width` of them under way. */
async function sustained(
  seconds: number,
  width: number,
  call: (i: number) => Promise<unknown>,
): Promise<number> {
  const start = performance.now();
  let calls = 0;
  const oneAfterAnother = async (): Promise<void> => {
    while (performance.now() - start < seconds * 1000) await call(calls++ % TOKENS);
  };
  await Promise.all(Array.from({ length: width }, oneAfterAnother));
  return ((performance.now() - start) * 1000) / calls;
}

const at = <T>(things: readonly T[], i: number): T => things[i] as T;

serve<MicroCommands>(async (config) => {
  const { settings, tickets, asksPostgres } = config as MicroConfig;
  const app = await NestFactory.createApplicationContext(OursModule.with(settings), {
    logger: ['error', 'warn'],
  });
  const live = readTickets(tickets).filter(({ isRevoked }) => !isRevoked);
  const tokens = live.slice(0, TOKENS).map(({ token }) => token);
  const contexts = tokens.map(contextOf);
  const sessions = app.get(SessionsService);
  const verifier = app.get(SessionTokens);
  const [ours, empty] = [app.get(WxSessionGuard), new EmptyGuard()];
  if (!asksPostgres) app.get(SessionProbes).isLive = () => Promise.resolve(true);
  const verify = (i: number): Promise<unknown> => sessions.verify(at(tokens, i));
  return {
    commands: {
      verify: async ({ calls }) => ({
        empty: await timed(calls, () => empty.canActivate()),
        verify: await timed(calls, (i) => verifier.verify(at(tokens, i))),
        guard: await timed(calls, (i) => ours.canActivate(at(contexts, i))),
      }),
      probe: async ({ seconds }) => ({
        alone: await sustained(seconds / 2, 1, verify),
        together: await sustained(seconds / 2, 64, verify),
      }),
    },
    close: () => app.close(),
  };
});
