import { describe, expect, it } from '@jest/globals';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import fc from 'fast-check';
import { bearerTokenOf, carrierOf } from './carrier.js';

const request = (authorization?: unknown, rawHeaders: string[] = []): object => ({
  headers: { authorization },
  rawHeaders,
});

describe('bearerTokenOf', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER abc', 'abc'],
    ['Bearer   abc', 'abc'],
    ['Bearer a b', 'a b'],
    ['Bearer', undefined],
    ['Bearerabc', undefined],
    ['Basic dXNlcjpwYXNz', undefined],
    ['Basic Bearer abc', undefined],
    ['Bearer abc\nx', undefined],
    ['abc', undefined],
    ['', undefined],
    [undefined, undefined],
    [['Bearer abc'], undefined],
  ])('reads %j as %j', (header, token) => {
    expect(bearerTokenOf(request(header))).toBe(token);
  });

  it('takes no side where a request has two Authorization headers', () => {
    const rawHeaders = ['Authorization', 'Bearer a', 'accept', '*/*', 'AUTHORIZATION', 'Bearer b'];
    expect(bearerTokenOf(request('Bearer a', rawHeaders))).toBe('');
    expect(bearerTokenOf({ headers: { authorization: 'Bearer a' }, raw: { rawHeaders } })).toBe('');
  });

  it('is not misled by a header value that reads like a header name', () => {
    const rawHeaders = [
      'x-a',
      'authorization',
      'x-b',
      'authorization',
      'authorization',
      'Bearer a',
    ];
    expect(bearerTokenOf(request('Bearer a', rawHeaders))).toBe('a');
  });

  it('counts no other headers, though their names be as long', () => {
    const rawHeaders = ['if-none-match', 'x', 'cache-control', 'y', 'authorization', 'Bearer a'];
    expect(bearerTokenOf(request('Bearer a', rawHeaders))).toBe('a');
  });

  it.each([
    ['auth.token', { auth: { token: 'abc' }, headers: {} }, 'abc'],
    ['its headers', { auth: {}, headers: { authorization: 'Bearer abc' } }, 'abc'],
    ['neither', { headers: {} }, undefined],
    ['an empty auth.token', { auth: { token: '' }, headers: {} }, undefined],
    ['an auth.token that is no text', { auth: { token: { a: 1 } }, headers: {} }, undefined],
  ])('reads the handshake of Socket.IO: %s', (_, handshake, token) => {
    expect(bearerTokenOf({ handshake, request: handshake })).toBe(token);
  });

  it.each([
    [['Bearer abc'], 'abc'],
    [[], undefined],
    [['Bearer a', 'Bearer b'], ''],
    [undefined, undefined],
  ])('reads gRPC metadata %j as %j', (values, token) => {
    expect(bearerTokenOf({ get: (name: string) => (name === 'authorization' ? values : []) })).toBe(
      token,
    );
  });

  it('finds nothing in an object it does not know', () => {
    expect(bearerTokenOf({})).toBeUndefined();
  });

  it('answers any header with a text or undefined, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (header) => {
        expect(['string', 'undefined']).toContain(typeof bearerTokenOf(request(header)));
      }),
    );
  });
});

describe('carrierOf', () => {
  const carrier = { it: 'is this one' };

  it.each<[string, string, unknown[]]>([
    ['the request over HTTP', 'http', [carrier, {}]],
    ['the client over WebSockets', 'ws', [carrier, {}]],
    ['the context over RPC', 'rpc', [{}, carrier]],
    ['the request in the context of GraphQL', 'graphql', [{}, {}, { req: carrier, x: 1 }]],
    ['that of Fastify', 'graphql', [{}, {}, { reply: { request: carrier } }]],
    ['the context itself where it has no request', 'graphql', [{}, {}, carrier]],
  ])('is %s', (_, type, args) => {
    const context = new ExecutionContextHost(args);
    context.setType(type);
    expect(carrierOf(context)).toBe(carrier);
  });
});
