import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import fc from 'fast-check';
import { clearGuardedCall, setGuardedCall, type GuardedCall } from './guarded-call.js';
import { wxSessionOf } from './wx-session-of.js';

class ProfileController {
  show(): void {}
}

function contextOf(type: string, ...args: unknown[]): ExecutionContextHost {
  const { show } = ProfileController.prototype;
  const context = new ExecutionContextHost(args, ProfileController, show);
  context.setType(type);
  return context;
}

const callOf = (id: string): GuardedCall => ({ session: { id } }) as GuardedCall;
const ANONYMOUS: GuardedCall = { session: undefined, user: () => Promise.resolve(undefined) };

const transports: [string, () => unknown[]][] = [
  ['http', () => [{ headers: {} }, {}]],
  ['graphql', () => [{}, {}, { req: {} }, {}]],
  ['ws', () => [{}, {}]],
  ['ws', () => [{}, 'text']],
  ['rpc', () => [{}, {}]],
  ['telegraf', () => [{}]],
];

describe.each(transports)('wxSessionOf the context of a call over %s', (type, argsOf) => {
  it('returns the session of an allowed call', () => {
    const args = argsOf();
    setGuardedCall(contextOf(type, ...args), callOf('mine'));
    expect(wxSessionOf(contextOf(type, ...args))).toEqual({ id: 'mine' });
  });

  it('returns undefined before the guard has run, and for another call', () => {
    const args = argsOf();
    expect(wxSessionOf(contextOf(type, ...args))).toBeUndefined();
    setGuardedCall(contextOf(type, ...argsOf()), callOf('theirs'));
    expect(wxSessionOf(contextOf(type, ...args))).toBeUndefined();
  });

  it('returns undefined after a refusal, in a public handler, and without a token', () => {
    const args = argsOf();
    setGuardedCall(contextOf(type, ...args), ANONYMOUS);
    expect(wxSessionOf(contextOf(type, ...args))).toBeUndefined();
    const others = argsOf();
    setGuardedCall(contextOf(type, ...others), callOf('before'));
    clearGuardedCall(contextOf(type, ...others));
    expect(wxSessionOf(contextOf(type, ...others))).toBeUndefined();
  });
});

describe('wxSessionOf a request', () => {
  const raw = new IncomingMessage(new Socket());
  const request = { raw, headers: raw.headers };

  it('returns the session for the request of Fastify and for the one of Node that it wraps', () => {
    expect([wxSessionOf(request), wxSessionOf(raw)]).toEqual([undefined, undefined]);
    setGuardedCall(contextOf('http', request), callOf('mine'));
    expect([wxSessionOf(request), wxSessionOf(raw)]).toEqual([{ id: 'mine' }, { id: 'mine' }]);
    clearGuardedCall(contextOf('http', request));
    expect([wxSessionOf(request), wxSessionOf(raw)]).toEqual([undefined, undefined]);
  });

  it('does not mistake a body that the app stores as req.raw for the request', () => {
    const express = { headers: {}, raw: Buffer.from('{}') };
    setGuardedCall(contextOf('http', express), callOf('mine'));
    expect(wxSessionOf({ headers: {}, raw: express.raw })).toBeUndefined();
    expect(wxSessionOf(express)).toEqual({ id: 'mine' });
  });

  it('returns undefined for the request of GraphQL, whose fields have their own sessions', () => {
    const req = { headers: {} };
    setGuardedCall(contextOf('graphql', {}, {}, { req }, {}), callOf('mine'));
    expect(wxSessionOf(req)).toBeUndefined();
  });

  it('returns undefined for a WebSocket client, which may have several calls in progress', () => {
    const client = {};
    setGuardedCall(contextOf('ws', client, 'text'), callOf('mine'));
    expect(wxSessionOf(client)).toBeUndefined();
    expect(wxSessionOf(contextOf('ws', client, 'text'))).toEqual({ id: 'mine' });
    setGuardedCall(contextOf('ws', client, 'text'), callOf('another'));
    expect(wxSessionOf(contextOf('ws', client, 'text'))).toBeUndefined();
  });

  it('returns undefined for text messages if only some messages of the client have a token', () => {
    const client = {};
    setGuardedCall(contextOf('ws', client, 'text'), ANONYMOUS);
    expect(wxSessionOf(contextOf('ws', client, 'text'))).toBeUndefined();
    setGuardedCall(contextOf('ws', client, 'text'), callOf('another'));
    expect(wxSessionOf(contextOf('ws', client, 'text'))).toBeUndefined();
  });
});

it('wxSessionOf never throws, for any argument and any context', () => {
  const types = fc.constantFrom('http', 'graphql', 'ws', 'rpc', 'telegraf', '');
  fc.assert(
    fc.property(fc.anything(), fc.array(fc.anything()), types, (anything, args, type) => {
      expect(wxSessionOf(anything as object)).toBeUndefined();
      expect(wxSessionOf(contextOf(type, ...args))).toBeUndefined();
    }),
  );
});
