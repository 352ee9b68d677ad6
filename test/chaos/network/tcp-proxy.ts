import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { straight, swallow, type Carry } from './carry.js';

/** Two sockets, and the handling of the bytes between them. */
interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  /** The handling of this link, if it differs from the others. */
  carry?: Carry;
}

/** A network between an app and its server that can be made to fail. */
export class TcpProxy {
  /** The handling of the bytes of every connection. */
  carry: Carry = straight;
  /** Accepts new connections without any traffic on them. */
  isSilent = false;
  private readonly links = new Set<Link>();
  private readonly silent = new Set<Socket>();
  private server: Server | undefined;

  private constructor(
    private readonly target: number,
    private ownPort: number,
  ) {}

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, 0);
    await proxy.listen();
    return proxy;
  }

  get port(): number {
    return this.ownPort;
  }

  /** Accepts new connections again on the same port. */
  async listen(): Promise<void> {
    this.server = createServer((client) => {
      this.accept(client);
    }).listen(this.ownPort, '127.0.0.1');
    await once(this.server, 'listening');
    this.ownPort = (this.server.address() as AddressInfo).port;
  }

  /** Refuses new connections. */
  refuse(): void {
    this.server?.close();
  }

  /** Resets connections at once: all, or a random part. */
  reset(share = 1): void {
    for (const link of this.links) {
      if (Math.random() >= share) continue;
      for (const socket of [link.client, link.upstream]) {
        // Resetting a socket that is being closed makes Node's event loop spin.
        if (socket.readableEnded || socket.destroyed) socket.destroy();
        else socket.resetAndDestroy();
      }
    }
  }

  /** Like a firewall that has lost its table: existing connections drop all data silently. */
  forget(): void {
    for (const link of this.links) link.carry = swallow;
  }

  /** Closes the connections that drop all data. */
  dropForgotten(): void {
    for (const { client, upstream, carry } of this.links) {
      if (carry !== swallow) continue;
      client.destroy();
      upstream.destroy();
    }
  }

  close(): void {
    this.refuse();
    const sockets = [...this.links].flatMap(({ client, upstream }) => [client, upstream]);
    for (const socket of [...sockets, ...this.silent]) socket.destroy();
  }

  private accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.isSilent) {
      this.silent.add(client);
      client.on('close', () => this.silent.delete(client)).resume();
      return;
    }
    const upstream = connect(this.target, '127.0.0.1').setNoDelay();
    const link: Link = { client: client.setNoDelay(), upstream };
    this.links.add(link);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (chunk) => {
        (link.carry ?? this.carry).bytes(chunk, to);
      });
      // An error is followed by the event `close`.
      from.on('error', () => undefined);
      from.on('close', () => {
        (link.carry ?? this.carry).end(to);
        if (client.destroyed && upstream.destroyed) this.links.delete(link);
      });
    }
  }
}
