import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import axios, { AxiosError } from 'axios';
import { httpOptions } from './http-options.js';
import { NotSentError, sendRequest, type WechatRequest } from './wechat-request.js';

const http = new HttpService(axios.create(httpOptions()));
const never = (): AbortSignal => new AbortController().signal;
const SECRET = 'the-app-secret';
const request: WechatRequest = { path: '/path', query: { secret: SECRET } };

/** Fails in place of the network. */
const failing = (error: Error): HttpService =>
  new HttpService(axios.create({ adapter: () => Promise.reject(error) }));

describe('sendRequest', () => {
  let server: Server;
  let port: number;
  let respond: (response: ServerResponse) => void;
  let count = 0;

  beforeAll(async () => {
    server = createServer((_, response) => {
      count++;
      respond(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    delete process.env.HTTP_PROXY;
    count = 0;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const failureOf = (url: string, service = http): Promise<unknown> =>
    sendRequest(service, url, request, never()).then(
      () => undefined,
      (error: unknown) => error,
    );
  const here = (): string => `http://127.0.0.1:${String(port)}`;

  it.each([200, 302, 404, 500])('returns the status %i with its bytes', async (status) => {
    respond = (response) => response.writeHead(status, { location: '/elsewhere' }).end('bytes');
    const answer = await sendRequest(http, here(), request, never());
    expect(answer.status).toBe(status);
    expect(Buffer.from(answer.data).toString()).toBe('bytes');
    expect(count).toBe(1);
  });

  it('ignores a proxy from the environment', async () => {
    process.env.HTTP_PROXY = 'http://127.0.0.1:1';
    respond = (response) => response.end('ok');
    expect((await sendRequest(http, here(), request, never())).status).toBe(200);
  });

  it('accepts up to 64 KiB', async () => {
    respond = (response) => response.end('x'.repeat(64 * 1024));
    expect((await sendRequest(http, here(), request, never())).data).toHaveLength(64 * 1024);
    respond = (response) => response.end('x'.repeat(64 * 1024 + 1));
    expect(await failureOf(here())).toMatchObject({ errorCode: 'WX_UPSTREAM_UNAVAILABLE' });
  });

  it('distinguishes a reset connection, whose request may have arrived, from a failed connect', async () => {
    respond = (response) => response.socket?.resetAndDestroy();
    const failure = await failureOf(here());
    expect(failure).not.toBeInstanceOf(NotSentError);
    expect(failure).toMatchObject({ errorCode: 'WX_UPSTREAM_UNAVAILABLE', errmsg: 'ECONNRESET' });
  });

  it.each([
    ['a closed port', 'http://127.0.0.1:1', 'ECONNREFUSED'],
    ['a name that does not resolve', 'http://wechat.invalid', expect.stringMatching(/^E/)],
    ['a name with several addresses', 'http://localhost:1', 'ECONNREFUSED'],
  ])('knows that nothing was sent to %s', async (_, url, errmsg) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(NotSentError);
    expect(failure).toMatchObject({ failure: { errorCode: 'WX_UPSTREAM_UNAVAILABLE', errmsg } });
  });

  it.each<[string, Error, string]>([
    ['an error of its own', new TypeError(SECRET), 'the request could not be made'],
    ['an error without a code', new AxiosError(SECRET), 'the connection failed'],
  ])('treats %s as a request that may have been sent', async (_, error, errmsg) => {
    const failure = await failureOf(here(), failing(error));
    expect(failure).not.toBeInstanceOf(NotSentError);
    expect(failure).toMatchObject({ errorCode: 'WX_UPSTREAM_UNAVAILABLE', errmsg });
  });

  it('treats several attempts with one connection as sent', async () => {
    const attempts = ['connect', 'read'].map((syscall) => Object.assign(new Error(), { syscall }));
    const error = new AxiosError('', 'ECONNRESET');
    error.cause = new AggregateError(attempts);
    expect(await failureOf(here(), failing(error))).not.toBeInstanceOf(NotSentError);
  });

  it('does not pass on an error of axios, which contains the URL', async () => {
    for (const url of ['http://127.0.0.1:1', 'http://wechat.invalid']) {
      expect(inspect(await failureOf(url), { depth: null, showHidden: true })).not.toContain(
        SECRET,
      );
    }
  });
});

describe('the connections to WeChat', () => {
  it('are kept, closed when idle for ten seconds, and no more than calls run at once', () => {
    const { httpAgent, httpsAgent } = httpOptions() as Record<string, { options: object }>;
    for (const agent of [httpAgent, httpsAgent]) {
      expect(agent?.options).toMatchObject({ keepAlive: true, timeout: 10_000, maxSockets: 100 });
    }
  });
});
