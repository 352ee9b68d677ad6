import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { SessionsService, WxSessionGuard } from '../../src/index.js';
import { readTickets } from '../data/tickets.js';
import { SessionProbes, SessionTokens } from './internals.js';
import { EmptyGuard, OpenController } from './open.js';
import { oursContext } from './ours.js';
import type { LoopCall, Setup, Subject } from './subject.js';

/** Different tokens in turn, all of them remembered. */
const TOKENS = 1000;

const liveTokens = (setup: Setup): string[] =>
  readTickets(setup.tickets)
    .filter(({ isRevoked }) => !isRevoked)
    .slice(0, TOKENS)
    .map(({ ours }) => ours);

function contextOf(token: string): ExecutionContextHost {
  const rawHeaders = ['Host', '127.0.0.1', 'Connection', 'keep-alive', 'authorization', ''];
  const request = { headers: { authorization: `Bearer ${token}` }, rawHeaders };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- Nest passes handlers like this.
  return new ExecutionContextHost([request, {}], OpenController, OpenController.prototype.me);
}

/** Each in turn in one pass, as to read the clock would cost more than one call. */
const each =
  <T>(things: readonly T[], call: (thing: T) => unknown): LoopCall =>
  async () => {
    for (const thing of things) await call(thing);
    return { calls: things.length, newUsers: 0 };
  };

/** Parts of a guarded request, without Postgres. */
export async function micro(setup: Setup): Promise<Subject> {
  const context = await oursContext(setup);
  const tokens = liveTokens(setup);
  const contexts = tokens.map(contextOf);
  const verifier = context.get(SessionTokens);
  const [guard, empty] = [context.get(WxSessionGuard), new EmptyGuard()];
  context.get(SessionProbes).isLive = () => Promise.resolve(true);
  return {
    calls: {
      empty: each(contexts, () => empty.canActivate()),
      verify: each(tokens, (token) => verifier.verify(token)),
      guard: each(contexts, (one) => guard.canActivate(one)),
    },
  };
}

/** A whole verification, Postgres included. */
export async function strictVerify(setup: Setup): Promise<Subject> {
  const sessions = (await oursContext(setup)).get(SessionsService);
  const tokens = liveTokens(setup);
  let next = 0;
  const verify: LoopCall = async () => {
    await sessions.verify(tokens[next++ % tokens.length] ?? '');
    return { calls: 1, newUsers: 0 };
  };
  return { calls: { verify } };
}
