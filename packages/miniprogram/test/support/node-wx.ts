import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type {
  WxAnswer,
  WxCallbacks,
  WxDownload,
  WxDownloadAnswer,
  WxLike,
  WxRequest,
  WxUpload,
  WxUploadAnswer,
} from '../../src/index.js';

interface Complete {
  complete?: (result: object) => void;
}
type Request = WxRequest & Complete & { dataType?: string };
type Headers = Record<string, string>;

/** What was sent to a server. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** `wx` as WeChat documents it, over Node's HTTP: any status is a success, names keep their case. */
export class NodeWx implements WxLike {
  logins = 0;
  readonly exchanges: Exchange[] = [];
  /** The number of requests in progress. */
  underWay = 0;

  constructor(
    private readonly issueCode: () => string | Promise<string>,
    /** Survives a restart of the mini program. */
    readonly storage = new Map<string, string>(),
  ) {}

  /** The method and path of all requests, without the login routes. */
  get paths(): string[] {
    return this.exchanges
      .filter(({ path }) => !path.startsWith('/wechat/'))
      .map(({ method, path }) => `${method} ${path}`);
  }

  get token(): string | undefined {
    return this.exchanges.at(-1)?.headers.authorization?.slice('Bearer '.length);
  }

  /** Resets the counters. */
  forgetAll(): void {
    this.logins = 0;
    this.exchanges.length = 0;
  }

  /** Another object for the same phone, as a wrapper library makes one. */
  wrapped(changes: Partial<WxLike> = {}): WxLike {
    const { login, checkSession, request, uploadFile, downloadFile } = this;
    const { getStorageSync, setStorageSync, removeStorageSync } = this;
    const calls = { login, checkSession, request, uploadFile, downloadFile };
    return { ...calls, getStorageSync, setStorageSync, removeStorageSync, ...changes };
  }

  login = ({ success, fail }: WxCallbacks<{ code: string }>): void => {
    this.logins++;
    Promise.resolve(this.issueCode()).then(
      (code) => {
        success({ code });
      },
      (error: unknown) => {
        fail({ errMsg: `login:fail ${String(error)}` });
      },
    );
  };

  checkSession = ({ fail }: WxCallbacks<unknown>): void => {
    fail({ errMsg: 'checkSession:fail' });
  };

  request = (options: Request & WxCallbacks<WxAnswer>): Task => {
    const { method = 'GET', data, dataType = 'json', responseType } = options;
    const isQuery = method === 'GET' && typeof data === 'object';
    const url = new URL(options.url);
    for (const [name, value] of isQuery ? Object.entries(data as Headers) : []) {
      url.searchParams.set(name, value);
    }
    return this.exchange('request', options, {
      url,
      method,
      header: { 'content-type': 'application/json', ...options.header },
      body: isQuery || data === undefined ? undefined : bytesOf(data),
      result: ({ statusCode, header, bytes }) => {
        const text = bytes.toString();
        const body =
          responseType === 'arraybuffer'
            ? bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
            : dataType === 'json'
              ? parse(text)
              : text;
        return { statusCode, header, data: body };
      },
    });
  };

  uploadFile = (options: WxUpload & WxCallbacks<WxUploadAnswer> & Complete): Task => {
    const { filePath, name, formData = {} } = options;
    const boundary = randomBytes(8).toString('hex');
    const part = (head: string): string =>
      `--${boundary}\r\ncontent-disposition: form-data; ${head}`;
    const fields = Object.entries(formData)
      .map(([field, value]) => part(`name="${field}"\r\n\r\n${String(value)}\r\n`))
      .join('');
    const file = part(`name="${name}"; filename="${basename(filePath)}"\r\n\r\n`);
    return this.exchange('uploadFile', options, {
      url: new URL(options.url),
      method: 'POST',
      header: { 'content-type': `multipart/form-data; boundary=${boundary}`, ...options.header },
      body: Buffer.concat([
        Buffer.from(fields + file),
        readFileSync(filePath),
        Buffer.from(`\r\n--${boundary}--\r\n`),
      ]),
      // As documented: no headers.
      result: ({ statusCode, bytes }) => {
        return { statusCode, data: bytes.toString() };
      },
    });
  };

  downloadFile = (options: WxDownload & WxCallbacks<WxDownloadAnswer> & Complete): Task => {
    const tempFilePath =
      options.filePath ?? join(tmpdir(), `wx-download-${randomBytes(8).toString('hex')}`);
    return this.exchange('downloadFile', options, {
      url: new URL(options.url),
      method: 'GET',
      header: options.header ?? {},
      body: undefined,
      result: ({ statusCode, bytes }) => {
        writeFileSync(tempFilePath, bytes);
        return { statusCode, tempFilePath };
      },
    });
  };

  /** Only the handshake. */
  connectSocket = ({ url, header }: { url: string; header: Headers }): void => {
    const upgrade = { connection: 'upgrade', upgrade: 'websocket' };
    const sent = request(url.replace('ws', 'http'), { headers: { ...header, ...upgrade } });
    sent.on('upgrade', (_, socket) => {
      socket.destroy();
    });
    sent.on('error', () => undefined);
    sent.end();
  };

  getStorageSync = (key: string): string => this.storage.get(key) ?? '';
  setStorageSync = (key: string, data: string): void => {
    this.storage.set(key, data);
  };
  removeStorageSync = (key: string): void => {
    this.storage.delete(key);
  };

  private exchange(
    api: string,
    options: { timeout?: number } & Partial<WxCallbacks<never>> & Complete,
    { url, method, header, body, result: resultOf }: Sending,
  ): Task {
    const { timeout = 60_000, success, fail, complete } = options;
    this.exchanges.push({ method, path: url.pathname + url.search, headers: lowerCased(header) });
    this.underWay++;
    const task = new Task();
    const length = body && { 'content-length': String(body.length) };
    const sent = request(url, { method, headers: { ...header, ...length }, agent: false, timeout });
    let ended: string | undefined;
    const failed = (): void => {
      this.underWay--;
      const reason = { errMsg: `${api}:fail ${ended ?? ''}`.trim() };
      fail?.(reason);
      complete?.(reason);
    };
    const end = (reason: string): void => {
      ended = reason;
      sent.destroy();
    };
    task.start(sent, end);
    sent.on('timeout', () => {
      end('timeout');
    });
    sent.on('error', failed);
    sent.on('response', (response) => {
      const headers = headersOf(response);
      task.onHeaders(headers);
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        task.onChunk(chunk, response);
      });
      response.on('error', failed);
      response.on('end', () => {
        this.underWay--;
        const bytes = Buffer.concat(chunks);
        const result = resultOf({ statusCode: response.statusCode ?? 0, header: headers, bytes });
        success?.(result as never);
        complete?.(result);
      });
    });
    sent.end(body);
    return task;
  }
}

interface Sending {
  url: URL;
  method: string;
  header: Headers;
  body: Buffer | undefined;
  /** What the callbacks receive. */
  result: (answer: { statusCode: number; header: Headers; bytes: Buffer }) => object;
}

type Listener = (event: object) => void;

/** What `wx.request`, `wx.uploadFile` and `wx.downloadFile` return. */
export class Task {
  private readonly listeners = new Map<string, Listener[]>();
  abort!: () => void;

  onProgressUpdate = this.listen('progress');
  onChunkReceived = this.listen('chunk');
  onHeadersReceived = this.listen('headers');

  start(sent: ClientRequest, end: (reason: string) => void): void {
    this.abort = () => {
      end('abort');
    };
    sent.on('finish', () => {
      this.tell('progress', { progress: 100 });
    });
  }

  onHeaders(header: Headers): void {
    this.tell('headers', { header });
  }

  onChunk(chunk: Buffer, { headers }: IncomingMessage): void {
    this.tell('chunk', {
      data: chunk.buffer.slice(chunk.byteOffset, chunk.byteOffset + chunk.length),
    });
    this.tell('progress', { totalBytesWritten: chunk.length, length: headers['content-length'] });
  }

  private listen(name: string): (listener: Listener) => void {
    return (listener) => this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  private tell(name: string, event: object): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event);
  }
}

function bytesOf(data: string | object): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.from(JSON.stringify(data));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const lowerCased = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** As they were received. */
function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers: Headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2)
    headers[rawHeaders[i] ?? ''] = rawHeaders[i + 1] ?? '';
  return headers;
}
