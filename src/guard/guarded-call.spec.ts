import { describe, expect, it } from '@jest/globals';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import {
  clearGuardedCall,
  guardedCallOf,
  setGuardedCall,
  type GuardedCall,
} from './guarded-call.js';

class ProfileController {
  show(): void {}
}

function contextOf(type: string, ...args: unknown[]): ExecutionContextHost {
  const context = new ExecutionContextHost(
    args,
    ProfileController,
    ProfileController.prototype.show,
  );
  context.setType(type);
  return context;
}

const callWith = (id = 'a session'): GuardedCall => ({ session: { id } }) as GuardedCall;

describe('the guarded call', () => {
  it('belongs to one request', () => {
    const [mine, yours] = [{}, {}];
    const [myCall, yourCall] = [callWith(), callWith()];
    setGuardedCall(contextOf('http', mine), myCall);
    setGuardedCall(contextOf('http', yours), yourCall);
    expect(guardedCallOf(contextOf('http', mine))).toBe(myCall);
    expect(guardedCallOf(contextOf('http', yours))).toBe(yourCall);
  });

  it('is the last one where two guards let a request in for different sessions', () => {
    const [request, last] = [{}, callWith('B')];
    setGuardedCall(contextOf('http', request), callWith('A'));
    setGuardedCall(contextOf('http', request), last);
    expect(guardedCallOf(contextOf('http', request))).toBe(last);
  });

  it('belongs to one message where a WebSocket client sends several at once', () => {
    const client = {};
    const messages = [{ id: 1 }, { id: 2 }];
    const calls = messages.map((message) => {
      const call = callWith(`session ${String(message.id)}`);
      setGuardedCall(contextOf('ws', client, message), call);
      return call;
    });
    messages.forEach((message, i) => {
      expect(guardedCallOf(contextOf('ws', client, message))).toBe(calls[i]);
    });
  });

  it('belongs to one field of a GraphQL operation, also where fields share a request', () => {
    const shared = { req: {} };
    const [guarded, open] = [{}, {}];
    const call = callWith();
    setGuardedCall(contextOf('graphql', {}, {}, shared, guarded), call);
    clearGuardedCall(contextOf('graphql', {}, {}, shared, open));
    expect(guardedCallOf(contextOf('graphql', {}, {}, shared, guarded))).toBe(call);
    expect(() => guardedCallOf(contextOf('graphql', {}, {}, shared, open))).toThrow();
  });

  it.each(['text', 42, null, undefined])(
    'belongs to the WebSocket client where the message is %p and can carry nothing',
    (message) => {
      const [client, call] = [{}, callWith()];
      setGuardedCall(contextOf('ws', client, message), call);
      expect(guardedCallOf(contextOf('ws', client, message))).toBe(call);
      expect(() => guardedCallOf(contextOf('ws', {}, message))).toThrow();
    },
  );

  it('is unknown where text messages of one client have different sessions', () => {
    const client = {};
    setGuardedCall(contextOf('ws', client, 'token of A'), callWith('A'));
    setGuardedCall(contextOf('ws', client, 'token of A'), callWith('A'));
    expect(guardedCallOf(contextOf('ws', client, 'token of A')).session?.id).toBe('A');
    for (const id of ['B', 'A']) {
      setGuardedCall(contextOf('ws', client, `token of ${id}`), callWith(id));
      expect(() => guardedCallOf(contextOf('ws', client, `token of ${id}`))).toThrow(
        /send objects/,
      );
    }
  });

  it('is unknown there too where a public message came between them', () => {
    const client = {};
    setGuardedCall(contextOf('ws', client, 'token of A'), callWith('A'));
    clearGuardedCall(contextOf('ws', client, 'public'));
    setGuardedCall(contextOf('ws', client, 'token of B'), callWith('B'));
    expect(() => guardedCallOf(contextOf('ws', client, 'token of A'))).toThrow(/send objects/);
  });

  it.each([
    ['http', [{}]],
    ['ws', [{}, 'text']],
    ['rpc', [{}, {}]],
  ])('of an earlier call is gone once a later one is refused or public over %s', (type, args) => {
    const context = contextOf(type, ...args);
    setGuardedCall(context, callWith());
    clearGuardedCall(context);
    expect(() => guardedCallOf(context)).toThrow(/WxSessionGuard did not let this call in/);
    setGuardedCall(context, callWith());
    expect(guardedCallOf(context)).toEqual(callWith());
  });

  it('leaves no trace in the request, which others may log', () => {
    const request = {};
    setGuardedCall(contextOf('http', request), callWith());
    expect(Reflect.ownKeys(request)).toEqual([]);
  });

  it('that was never set is a fault in the wiring, and the error says where and what to do', () => {
    expect(() => guardedCallOf(contextOf('http', {}))).toThrow(
      /^ProfileController\.show .*@UseGuards\(WxSessionGuard\)/,
    );
  });
});
