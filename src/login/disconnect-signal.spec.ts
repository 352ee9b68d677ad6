import { EventEmitter, once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, createServer as createServer2, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { disconnectSignalOf } from './disconnect-signal.js';

const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function portOf(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('disconnectSignalOf', () => {
  it('is aborted when the client closes its connection, under Express and Fastify', async () => {
    const server = createServer();
    const sent = request({ port: await portOf(server), host: '127.0.0.1' }).on('error', () => {});
    const arrival = once(server, 'request');
    sent.end();
    const [incoming] = (await arrival) as [IncomingMessage];
    const signals = [disconnectSignalOf(incoming), disconnectSignalOf({ raw: incoming })];
    expect(signals.map((signal) => signal?.aborted)).toEqual([false, false]);
    sent.destroy();
    await once(incoming.socket, 'close');
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
    expect(disconnectSignalOf(incoming)?.aborted).toBe(true);
  });

  it('belongs to one stream of an HTTP/2 connection', async () => {
    const server = createServer2();
    const session = connect(`http://127.0.0.1:${String(await portOf(server))}`);
    open.unshift(session);
    const arrivals: Http2ServerRequest[] = [];
    server.on('request', (incoming: Http2ServerRequest) => arrivals.push(incoming));
    const streams = ['/a', '/b'].map((path) => session.request({ ':path': path }));
    while (arrivals.length < 2) await once(server, 'request');
    const signalOf = (path: string): AbortSignal | undefined =>
      disconnectSignalOf({ raw: arrivals.find(({ url }) => url === path)! });
    const [a, b] = [signalOf('/a')!, signalOf('/b')!];
    streams[0]!.close();
    await once(a, 'abort');
    expect(b.aborted).toBe(false);
    session.destroy();
    await once(b, 'abort');
  });

  it('is already aborted if the connection was closed before', () => {
    const socket = Object.assign(new EventEmitter(), { destroyed: true });
    expect(disconnectSignalOf({ socket })?.aborted).toBe(true);
  });

  it('adds one listener per connection, for any number of requests', () => {
    const socket = new EventEmitter();
    const signals = Array.from({ length: 20 }, () => disconnectSignalOf({ socket }));
    expect(new Set(signals).size).toBe(1);
    expect(socket.listenerCount('close')).toBe(1);
  });

  it('is absent if a request has no connection', () => {
    expect(disconnectSignalOf({})).toBeUndefined();
    expect(disconnectSignalOf({ raw: {} })).toBeUndefined();
  });
});
