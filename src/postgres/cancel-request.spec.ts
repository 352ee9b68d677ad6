import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { requestCancel } from './cancel-request.js';
import type { PgConnection } from './connection.js';

/** The fields of a connection that are used here. */
const connectionTo = (more: object): PgConnection =>
  ({
    host: 'db.invalid',
    port: 1,
    processID: 4711,
    secretKey: -2,
    connection: { stream: {} },
    ...more,
  }) as unknown as PgConnection;

describe('requestCancel', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  /** A server that only receives cancel requests. */
  const listen = async (where?: string): Promise<{ server: Server; received: Promise<Buffer> }> => {
    const server = createServer();
    const received = once(server, 'connection').then(async ([socket]) => {
      const chunks: Buffer[] = [];
      for await (const chunk of socket as Socket) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    });
    if (where === undefined) server.listen(0, '127.0.0.1');
    else server.listen(where);
    await once(server, 'listening');
    cleanUps.push(() => server.close());
    return { server, received };
  };
  // Int32 16, 1234 and 5678, the process and its secret.
  const request = Buffer.from('0000001004d2162e00001267fffffffe', 'hex');

  it('sends the message of the protocol to the address of the connection', async () => {
    const { server, received } = await listen();
    const { address: remoteAddress, port: remotePort } = server.address() as AddressInfo;
    await requestCancel(connectionTo({ connection: { stream: { remoteAddress, remotePort } } }));
    expect(await received).toEqual(request);
  });

  it('sends it to the host and port if the address is unknown', async () => {
    const { server, received } = await listen();
    const { port } = server.address() as AddressInfo;
    await requestCancel(connectionTo({ host: '127.0.0.1', port }));
    expect(await received).toEqual(request);
  });

  it('sends it through a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pg-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const { received } = await listen(join(folder, '.s.PGSQL.5433'));
    await requestCancel(connectionTo({ host: folder, port: 5433 }));
    expect(await received).toEqual(request);
  });

  it('ends if no server listens, and if the server does not answer', async () => {
    await requestCancel(connectionTo({ host: '127.0.0.1', port: 1 }));
    const silent = createServer({ allowHalfOpen: true }, (socket) => {
      cleanUps.push(() => socket.destroy());
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    cleanUps.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    await requestCancel(connectionTo({ host: '127.0.0.1', port }));
  });
});
