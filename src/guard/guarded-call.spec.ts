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

  it('is the last one if two guards allow a request for different sessions', () => {
    const [request, last] = [{}, callWith('B')];
    setGuardedCall(contextOf('http', request), callWith('A'));
    setGuardedCall(contextOf('http', request), last);
    expect(guardedCallOf(contextOf('http', request))).toBe(last);
  });

  it('belongs to one message if a WebSocket client sends several at once', () => {
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

  it('belongs to one field of a GraphQL operation, even if fields share a request', () => {
    const shared = { req: {} };
    const [guarded, open] = [{}, {}];
    const call = callWith();
    setGuardedCall(contextOf('graphql', {}, {}, shared, guarded), call);
    clearGuardedCall(contextOf('graphql', {}, {}, shared, open));
    expect(guardedCallOf(contextOf('graphql', {}, {}, shared, guarded))).toBe(call);
    expect(() => guardedCallOf(contextOf('graphql', {}, {}, shared, open))).toThrow();
  });

  it.each(['text', 42, null, undefined])(
    'belongs to the WebSocket client if the message is %p, which is not an object',
    (message) => {
      const [client, call] = [{}, callWith()];
      setGuardedCall(contextOf('ws', client, message), call);
      expect(guardedCallOf(contextOf('ws', client, message))).toBe(call);
      expect(() => guardedCallOf(contextOf('ws', {}, message))).toThrow();
    },
  );

  it('is unknown if text messages of one client have different sessions', () => {
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

  it('is unknown for such messages even if a public message came between them', () => {
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
  ])('of an earlier call is removed if a later one is refused or public over %s', (type, args) => {
    const context = contextOf(type, ...args);
    setGuardedCall(context, callWith());
    clearGuardedCall(context);
    expect(() => guardedCallOf(context)).toThrow(/WxSessionGuard did not allow this call/);
    setGuardedCall(context, callWith());
    expect(guardedCallOf(context)).toEqual(callWith());
  });

  it('adds nothing visible to the request, which the app may log', () => {
    const request = {};
    setGuardedCall(contextOf('http', request), callWith());
    expect(Reflect.ownKeys(request)).toEqual([]);
  });

  it('that was never set is an error that names the handler and the remedy', () => {
    expect(() => guardedCallOf(contextOf('http', {}))).toThrow(
      /^ProfileController\.show .*@UseGuards\(WxSessionGuard\)/,
    );
  });
});
