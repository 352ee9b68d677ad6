import type { ServerResponse } from 'node:http';
import type { SandboxAnswer } from './sandbox.types.js';

type Distortion = (response: ServerResponse, answer: SandboxAnswer) => void;

const SLOW_MS = 300;

/** Sends an answer as WeChat does: JSON as `text/plain`. */
export function send(response: ServerResponse, body: string | Buffer | object, status = 200): void {
  const content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(content);
}

const HTML = '<html><body>nginx</body></html>';

/** What can happen to a response. The code is already used by then. */
const TRANSPORT_FAULTS = {
  /** No response until the client gives up. */
  timeout: () => undefined,
  /** The connection is reset. */
  reset: (response) => response.socket?.resetAndDestroy(),
  /** The connection closes in the middle of the body. */
  truncated: (response, answer) => {
    const body = Buffer.from(JSON.stringify(answer));
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  },
  /** The correct response, 300 ms late. */
  slow: (response, answer) => {
    setTimeout(() => {
      send(response, answer);
    }, SLOW_MS).unref();
  },
  'http-404': (response) => {
    send(response, HTML, 404);
  },
  'http-500': (response) => {
    send(response, HTML, 500);
  },
  'http-502': (response) => {
    send(response, HTML, 502);
  },
  /** To `/redirected` with the same query; `requests` shows whether the client followed. */
  redirect: (response) => {
    const { search } = new URL(response.req.url ?? '', 'http://localhost');
    response.writeHead(302, { location: `/redirected${search}` }).end();
  },
  /** Status 200 with HTML. */
  garbage: (response) => {
    send(response, HTML);
  },
  empty: (response) => {
    send(response, '');
  },
  null: (response) => {
    send(response, 'null');
  },
  array: (response, answer) => {
    send(response, [answer]);
  },
  /** The correct response, but two megabytes long. */
  'too-large': (response, answer) => {
    send(response, { ...answer, padding: ' '.repeat(2_000_000) });
  },
  /** An openid with a byte that is not UTF-8. */
  'bad-utf8': (response, answer) => {
    const body = Buffer.from(JSON.stringify({ ...answer, openid: '?' }));
    body.writeUInt8(0xff, body.indexOf('?'));
    send(response, body);
  },
  'missing-openid': (response, answer) => {
    send(response, { ...answer, openid: undefined });
  },
  'missing-session-key': (response, answer) => {
    send(response, { ...answer, session_key: undefined });
  },
  'empty-openid': (response, answer) => {
    send(response, { ...answer, openid: '' });
  },
  /** An openid that is a number, a unionid that is an object. */
  'wrong-types': (response, answer) => {
    send(response, { ...answer, openid: 42, unionid: {} });
  },
} satisfies Record<string, Distortion>;

/**
 * A fault of the response: no response (`timeout`), a reset or truncated connection, a response that
 * is late (`slow`), redirected, HTML (`garbage`), too large, not UTF-8 or of the wrong types.
 * @publicApi
 */
export type TransportFault = keyof typeof TRANSPORT_FAULTS;

/**
 * An errcode of WeChat (any integer except 0), or a fault of the response.
 * @publicApi
 */
export type SandboxFault = number | TransportFault;

/** The next faults in order, one for each request. */
export class SandboxFaults {
  private queue: { fault: SandboxFault; times: number }[] = [];

  /** @throws `RangeError` that lists the known faults. */
  add(fault: unknown, times: unknown = 1): void {
    if (!isFault(fault)) {
      throw new RangeError(
        `A fault is an errcode (an integer, not 0) or one of ${Object.keys(TRANSPORT_FAULTS).join(', ')}.`,
      );
    }
    if (
      typeof times !== 'number' ||
      !(times > 0) ||
      !(Number.isInteger(times) || times === Infinity)
    ) {
      throw new RangeError('times is a whole number from 1, or Infinity.');
    }
    this.queue.push({ fault, times });
  }

  clear(): void {
    this.queue = [];
  }

  next(): SandboxFault | undefined {
    const [first] = this.queue;
    if (first === undefined) return undefined;
    if (--first.times <= 0) this.queue.shift();
    return first.fault;
  }
}

/** Sends `answer` with the fault. */
export function distort(
  fault: TransportFault,
  response: ServerResponse,
  answer: SandboxAnswer,
): void {
  TRANSPORT_FAULTS[fault](response, answer);
}

const isFault = (fault: unknown): fault is SandboxFault =>
  typeof fault === 'number'
    ? Number.isSafeInteger(fault) && fault !== 0
    : typeof fault === 'string' && Object.hasOwn(TRANSPORT_FAULTS, fault);
