import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * A WeChat whose answers the test releases: each code is for the user `o-<code>`, and one
 * that starts with `bad` is invalid.
 */
export class SlowWechat {
  /** The codes that it has received. */
  readonly codes: string[] = [];
  /** The greatest number of concurrent connections. */
  mostConnections = 0;
  private readonly connections = new Set<Socket>();
  private readonly waiting: [code: string, response: ServerResponse][] = [];
  private isOpen = false;

  private readonly server = createServer((request, response) => {
    const code = new URL(request.url ?? '', 'http://wechat').searchParams.get('js_code') ?? '';
    this.codes.push(code);
    this.waiting.push([code, response]);
    if (this.isOpen) this.answer();
  }).on('connection', (socket: Socket) => {
    this.connections.add(socket);
    socket.once('close', () => this.connections.delete(socket));
    this.mostConnections = Math.max(this.mostConnections, this.connections.size);
  });

  static async start(): Promise<SlowWechat> {
    const wechat = new SlowWechat();
    wechat.server.listen(0, '127.0.0.1');
    await once(wechat.server, 'listening');
    return wechat;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /** Answers waiting requests, and later ones at once. */
  release(): void {
    this.isOpen = true;
    this.answer();
  }

  /** Makes later requests wait for {@link release} again. */
  hold(): void {
    this.isOpen = false;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(): void {
    for (const [code, response] of this.waiting.splice(0)) {
      response.end(JSON.stringify(this.answerTo(code)));
    }
  }

  private answerTo(code: string): object {
    if (code.startsWith('bad')) return { errcode: 40029, errmsg: 'invalid code' };
    return this.codes.indexOf(code) === this.codes.lastIndexOf(code)
      ? { openid: `o-${code}`, session_key: 'AAAAAAAAAAAAAAAAAAAAAA==' }
      : { errcode: 40163, errmsg: 'code been used' };
  }
}
