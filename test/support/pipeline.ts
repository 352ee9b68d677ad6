import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a server answered to one of several requests on one connection. */
export interface PipelinedAnswer {
  readonly status: number;
  /** The header fields in lower case, as they were received. */
  readonly head: string;
  readonly body: Record<string, unknown>;
}

/** One connection that sends many logins without waiting for an answer (RFC 9112 section 9.3.2). */
export class Pipeline {
  /** The answers so far, in the order of the requests. */
  readonly answers: PipelinedAnswer[] = [];
  private received = '';

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.received += text;
      this.read();
    });
  }

  static async open(url: string): Promise<Pipeline> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Pipeline(socket, host);
  }

  logIn(codes: readonly string[]): void {
    const requests = codes.map((code) => {
      const body = JSON.stringify({ code });
      return [
        'POST /wechat/login HTTP/1.1',
        `host: ${this.host}`,
        'content-type: application/json',
        `content-length: ${String(Buffer.byteLength(body))}`,
        '',
        body,
      ].join('\r\n');
    });
    this.socket.write(requests.join(''));
  }

  close(): void {
    this.socket.destroy();
  }

  private read(): void {
    for (;;) {
      const end = this.received.indexOf('\r\n\r\n') + 4;
      const head = this.received.slice(0, end).toLowerCase();
      const next = end + Number(/^content-length: (\d+)/m.exec(head)?.[1]);
      if (end < 4 || this.received.length < next) return;
      const body = JSON.parse(this.received.slice(end, next)) as Record<string, unknown>;
      this.answers.push({ status: Number(head.split(' ')[1]), head, body });
      this.received = this.received.slice(next);
    }
  }
}
