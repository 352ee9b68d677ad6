import { describe, expect, it } from '@jest/globals';
import { HttpException, type HttpServer } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { RpcException } from '@nestjs/microservices';
import { WsException } from '@nestjs/websockets';
import { locatedError } from 'graphql';
import { WechatAuthError } from '../../errors/wechat-auth.error.js';
import { transportOf } from './transports.js';

function contextOf(type: string, args: unknown[]): ExecutionContextHost {
  const context = new ExecutionContextHost(args);
  context.setType(type);
  return context;
}

const BEARER = { headers: { authorization: 'Bearer abc' } };
const [own, shared] = [{ is: 'of this call' }, { is: 'of the client' }];

describe('the object of a call', () => {
  it.each<[string, string, unknown[], object]>([
    ['the request over HTTP', 'http', [own, {}], own],
    ['the request that Fastify wraps', 'http', [{ raw: BEARER }, {}], BEARER],
    ['the message over WebSockets', 'ws', [shared, own], own],
    ['the client if the message is a string', 'ws', [shared, 'text'], shared],
    ['the client if the message is null', 'ws', [shared, null], shared],
    ['the context over RPC, as the data may be shared', 'rpc', [shared, own], own],
    ['the info of a field over GraphQL', 'graphql', [{}, {}, { req: shared }, own], own],
    ['the first object in any other context', 'telegraf', ['text', own, {}], own],
  ])('is %s', (_, type, args, object) => {
    const context = contextOf(type, args);
    const { callOf, isShared } = transportOf(context);
    expect(callOf(context)).toBe(object);
    expect(isShared?.(context) ?? false).toBe(object === shared);
  });

  it('is the context itself if no argument is an object', () => {
    const context = contextOf('cron', []);
    expect(transportOf(context).callOf(context)).toBe(context);
  });
});

describe('the token', () => {
  const tokenIn = (type: string, ...args: unknown[]): string | undefined => {
    const context = contextOf(type, args);
    return transportOf(context).tokenOf(context);
  };

  it.each<[string, object, string | undefined]>([
    ['auth.token', { handshake: { auth: { token: 'abc' } }, request: {} }, 'abc'],
    ['the headers', { handshake: { auth: {} }, request: BEARER }, 'abc'],
    ['neither', { handshake: {}, request: { headers: {} } }, undefined],
    ['an empty auth.token', { handshake: { auth: { token: '' } }, request: {} }, undefined],
    ['an auth.token that is not a string', { handshake: { auth: { token: {} } } }, undefined],
    ['a client without a handshake', { request: BEARER }, 'abc'],
    ['a client without a request', {}, undefined],
  ])('of a WebSocket client is read from its handshake: %s', (_, client, token) => {
    expect(tokenIn('ws', client, {})).toBe(token);
  });

  it.each([
    [['Bearer abc'], 'abc'],
    [[], undefined],
    [['Bearer a', 'Bearer b'], ''],
    [undefined, undefined],
  ])('of gRPC metadata %j is %j', (values, token) => {
    const get = (name: string): unknown => (name === 'authorization' ? values : []);
    expect(tokenIn('rpc', {}, { get })).toBe(token);
  });

  it('is not found over RPC without metadata', () => {
    expect(tokenIn('rpc', {}, {})).toBeUndefined();
  });

  it.each([
    ['Express', { req: BEARER }],
    ['Fastify', { reply: { request: BEARER } }],
    ['an app that puts the headers into the context', BEARER],
  ])('over GraphQL is read from the context as %s has it', (_, context) => {
    expect(tokenIn('graphql', {}, {}, context, {})).toBe('abc');
  });

  it('is read from the first object of any other context, and is missing if there is none', () => {
    expect(tokenIn('telegraf', BEARER)).toBe('abc');
    expect(tokenIn('telegraf', 'text')).toBeUndefined();
  });
});

describe('a refusal', () => {
  const error = new WechatAuthError('WX_SESSION_EXPIRED');
  const headers: Record<string, string> = {};
  const adapter = {
    setHeader: (_: unknown, name: string, value: string) => {
      headers[name] = value;
    },
  } as unknown as HttpServer;
  const over = (type: string): Error | Promise<Error> => {
    const context = contextOf(type, [{}, {}, {}, {}]);
    return transportOf(context).exceptionOf(error, context, adapter);
  };

  it('is a WsException with the body of the error over WebSockets', async () => {
    const exception = await over('ws');
    expect(exception).toBeInstanceOf(WsException);
    expect((exception as WsException).getError()).toEqual(error.getResponse());
  });

  it('is an RpcException with the body of the error over RPC', async () => {
    const exception = await over('rpc');
    expect(exception).toBeInstanceOf(RpcException);
    expect((exception as RpcException).getError()).toEqual(error.getResponse());
  });

  it('is an HttpException over GraphQL, with the error code in its extensions', async () => {
    const exception = await over('graphql');
    expect(exception).toBeInstanceOf(HttpException);
    expect(exception).toMatchObject({ message: error.message, status: 401, cause: error });
    expect(locatedError(exception, undefined, ['me']).toJSON()).toEqual({
      message: error.message,
      path: ['me'],
      extensions: { code: 'WX_SESSION_EXPIRED', ...error.getResponse() },
    });
  });

  it('is the error itself in any other context, with no headers to set', () => {
    expect(over('telegraf')).toBe(error);
    expect(headers).toEqual({});
  });

  it('is the error itself over HTTP, with its headers set', () => {
    expect(over('http')).toBe(error);
    expect(headers).toMatchObject({ 'Wx-Error': 'WX_SESSION_EXPIRED' });
  });
});
