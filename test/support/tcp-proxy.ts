import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** What the client has sent but the server has not yet received. */
  held?: Buffer[];
}

/** A network between a client and a server on loopback, which can fail in several ways. */
export class TcpProxy {
  private readonly links = new Set<Link>();
  private readonly sockets = new Set<Socket>();
  private accepts = true;
  private alter: ((data: Buffer, client: Socket) => Buffer) | undefined;
  private heldText: string | undefined;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client) => {
      this.link(client);
    });
  }

  static async start(targetUrl: string): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, Number(new URL(targetUrl).port));
  }

  /** `url` with the port of this proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.port = String((this.server.address() as AddressInfo).port);
    return proxied.href;
  }

  get connections(): number {
    return this.links.size;
  }

  /** Existing connections forward nothing until {@link thaw}; new ones work. */
  freeze(): void {
    for (const { client, server } of this.links) {
      client.pause();
      server.pause();
    }
  }

  thaw(): void {
    for (const { client, server } of this.links) {
      client.resume();
      server.resume();
    }
  }

  /** Existing connections forward nothing any more, as if a firewall had dropped them. */
  forget(): void {
    for (const { client, server } of this.links) {
      client.removeAllListeners('data').resume();
      server.removeAllListeners('data').resume();
    }
  }

  /** A connection on which the client sends `text` is held from then on, until {@link deliver}. */
  holdFrom(text: string): void {
    this.heldText = text;
  }

  get isHolding(): boolean {
    return [...this.links].some(({ held }) => held !== undefined);
  }

  /** Delivers the held data, even if the client has disconnected. */
  deliver(): void {
    this.heldText = undefined;
    for (const link of this.links) {
      link.server.write(Buffer.concat(link.held ?? []));
      delete link.held;
    }
  }

  /** Whether new connections are accepted and then get no answer. */
  set isBlackHole(value: boolean) {
    this.accepts = !value;
  }

  /** Changes what the server sends. */
  set onServerData(alter: ((data: Buffer, client: Socket) => Buffer) | undefined) {
    this.alter = alter;
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private link(client: Socket): void {
    this.track(client);
    if (!this.accepts) return;
    const server = connect(this.targetPort, '127.0.0.1');
    const link: Link = { client, server };
    this.links.add(link);
    this.track(server);
    client.on('data', (data) => {
      if (this.heldText !== undefined && data.includes(this.heldText)) link.held ??= [];
      if (link.held === undefined) server.write(data);
      else link.held.push(data);
    });
    server.on('data', (data) => client.write(this.alter?.(data, client) ?? data));
    client.on('close', () => {
      if (link.held === undefined) server.destroy();
    });
    server.on('close', () => {
      this.links.delete(link);
      client.destroy();
    });
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }
}
