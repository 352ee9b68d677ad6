import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../apps/app-process.js';

/** What misbehaving clients do with an app over bare sockets. */
export interface Misbehaviour {
  readonly name: string;
  /** The documented statuses that it may get. */
  readonly documented?: readonly number[];
  /**
   * @param meanwhile - runs other clients at the same time.
   * @returns the statuses of the responses.
   */
  readonly run: (
    app: AppProcess,
    scale: number,
    meanwhile: () => Promise<void>,
  ) => Promise<readonly number[]>;
}

const LOGIN = 'POST /wechat/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

async function open(app: AppProcess): Promise<Socket> {
  const { port, hostname } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  // The app closes the connection of such a client.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const openMany = (app: AppProcess, count: number): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, () => open(app)));

const closeAll = (sockets: readonly Socket[]): void => {
  for (const socket of sockets) socket.destroy();
};

/** Sends bytes. @returns the status of the response, if there is one. */
async function statusOf(app: AppProcess, bytes: string | Buffer): Promise<number | undefined> {
  const socket = await open(app);
  const answer = once(socket, 'data', { signal: AbortSignal.timeout(5000) }).catch(() => []);
  socket.write(bytes);
  const [data] = (await answer) as [Buffer?];
  socket.destroy();
  const status = /^HTTP\/1\.1 (\d{3})/.exec(data?.toString('latin1') ?? '')?.[1];
  return status === undefined ? undefined : Number(status);
}

async function answersTo(
  app: AppProcess,
  count: number,
  bytes: (i: number) => string | Buffer,
): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) {
    const status = await statusOf(app, bytes(i));
    if (status !== undefined) statuses.push(status);
  }
  return statuses;
}

export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  {
    name: 'bodies that come one byte at a time, and never whole',
    run: async (app, scale, meanwhile) => {
      const sockets = await openMany(app, 200 * scale);
      for (const socket of sockets) socket.write(`${LOGIN}Content-Length: 100\r\n\r\n{`);
      for (let byte = 0; byte < 10; byte++) {
        for (const socket of sockets) socket.write(' ');
        await sleep(100);
      }
      await meanwhile();
      closeAll(sockets);
      return [];
    },
  },
  {
    name: 'requests whose client is gone in the middle of them',
    run: async (app, scale) => {
      for (let round = 0; round < 5; round++) {
        const sockets = await openMany(app, 200 * scale);
        for (const [i, socket] of sockets.entries()) {
          socket.write(`${LOGIN}Content-Length: 20\r\n\r\n{"code":"${String(i)}`);
        }
        await sleep(20);
        closeAll(sockets);
      }
      return [];
    },
  },
  {
    name: 'headers of 20 KB, and 3,000 headers',
    // Node reads the first 2,000 headers, which have no token.
    documented: [401],
    run: async (app, scale) => [
      ...(await answersTo(
        app,
        20 * scale,
        () =>
          `GET /wechat/session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(20_000)}\r\n\r\n`,
      )),
      ...(await answersTo(
        app,
        20 * scale,
        () => `GET /wechat/session HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(3000)}\r\n`,
      )),
    ],
  },
  {
    name: 'bytes that are no HTTP',
    run: (app, scale) =>
      answersTo(app, 50 * scale, (i) =>
        Buffer.from(Array.from({ length: 200 }, (_, at) => (at * 7 + i) % 256)),
      ),
  },
  {
    name: 'idle connections, 1,000 of them at a time for each scale',
    run: async (app, scale, meanwhile) => {
      const sockets = await openMany(app, 1000 * scale);
      await meanwhile();
      closeAll(sockets);
      return [];
    },
  },
];
