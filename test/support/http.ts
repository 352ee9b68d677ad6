import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON, or `undefined`. */
  readonly body: Record<string, unknown> | undefined;
}

export interface Call {
  token?: string | undefined;
  /** A string or Buffer is sent as it is, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string | string[]>;
}

/** Sends one request: no redirects, and no header or path is normalised. */
export function call(
  method: string,
  url: string,
  { token, body, headers }: Call = {},
): Promise<Answer> {
  const { hostname, port, origin } = new URL(url);
  const payload =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      ? body
      : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method,
        // A new connection: a reused one may just be closed by the server.
        agent: false,
        path: url.slice(origin.length) || '/',
        headers: {
          ...(payload !== undefined && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(payload)),
          }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: parse(text),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Logs in and returns the token. */
export async function logIn(url: string, code: string, call_: Call = {}): Promise<string> {
  const { status, body, text } = await call('POST', `${url}/wechat/login`, {
    ...call_,
    body: { code },
  });
  if (status !== 200) throw new Error(`The login answered ${String(status)}: ${text}`);
  return String(body?.token);
}
