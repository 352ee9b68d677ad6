import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { LogCapture } from '../../test/support/log-capture.js';
import { recordSpans } from '../../test/support/record-spans.js';
import { createTestWechat } from '../../test/support/test-wechat.js';
import { until } from '../../test/support/until.js';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import type { WechatClient, WechatCall } from './wechat-client.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
}

/** Records which lines are counted together. */
class RecordingLogger extends AggregatedLogger {
  readonly counted: string[] = [];

  override warn(kind: string, line: string): void {
    this.counted.push(kind);
    super.warn(kind, line);
  }

  override error(kind: string, line: string): void {
    this.counted.push(kind);
    super.error(kind, line);
  }
}

describe('WechatClient', () => {
  let server: Server;
  let url: string;
  let logger: LogCapture;
  let aggregated: RecordingLogger;
  /** WeChat's next answers; the last one is repeated, and without any there is no response. */
  let answers: (object | string)[];
  let seen: Seen[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, body });
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer === undefined) return;
        response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  beforeEach(() => {
    Logger.overrideLogger((logger = new LogCapture()));
    aggregated = new RecordingLogger();
    [answers, seen] = [[{ openid: 'o-1' }], []];
  });
  afterEach(() => {
    aggregated.flush();
    Logger.overrideLogger(false);
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const clientFor = (baseUrl: string | string[] = url, timeout = 20_000): WechatClient =>
    createTestWechat({ baseUrl, timeout }, aggregated).client;
  const call = (more: Partial<WechatCall<unknown>> = {}): WechatCall<unknown> => ({
    path: '/sns/jscode2session',
    query: { js_code: 'a&b=c' },
    secrets: ['a&b=c'],
    read: (answer) => answer.openid,
    ...more,
  });
  /** Without the name of the logger. */
  const lines = (): string[] => logger.lines.map((line) => line.replace(/( undefined)? \w+$/, ''));
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );
  /** The port of a server that was closed. */
  const closedUrl = async (): Promise<string> => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    return `http://127.0.0.1:${String(port)}`;
  };

  it('sends a GET with encoded parameters, and returns what the call reads', async () => {
    expect(await clientFor().call(call())).toBe('o-1');
    expect(seen).toEqual([
      { method: 'GET', url: '/sns/jscode2session?js_code=a%26b%3Dc', body: '' },
    ]);
    expect(lines()).toEqual([]);
  });

  it('sends a POST with JSON if there is a body', async () => {
    await clientFor().call(call({ query: {}, body: { grant_type: 'client_credential' } }));
    expect(seen).toEqual([
      { method: 'POST', url: '/sns/jscode2session', body: '{"grant_type":"client_credential"}' },
    ]);
  });

  it('sends three requests in total while WeChat is busy, and waits longer each time', async () => {
    answers = [{ errcode: -1, errmsg: 'system error' }];
    const startedAt = performance.now();
    expect(await failureOf(clientFor().call(call()))).toMatchObject({
      errorCode: 'WX_UPSTREAM_BUSY',
      errcode: -1,
    });
    expect(seen).toHaveLength(3);
    // At least 100 and 200 ms between them.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290);
    expect(lines()).toEqual(['warn WX_UPSTREAM_BUSY: /sns/jscode2session: -1 system error']);
  });

  it('returns the answer of a later try', async () => {
    answers = [{ errcode: -1 }, { errcode: -1 }, { openid: 'o-2' }];
    expect(await clientFor().call(call())).toBe('o-2');
    expect(lines()).toEqual([]);
  });

  it.each([[40029], [45011], [99999]])('asks once if the errcode is %i', async (errcode) => {
    answers = [{ errcode }];
    expect(await failureOf(clientFor().call(call()))).toMatchObject({ errcode });
    expect(seen).toHaveLength(1);
  });

  it('sends one request if the client or the call does not accept the answer', async () => {
    answers = ['<html>'];
    expect(await failureOf(clientFor().call(call()))).toMatchObject({
      errorCode: 'WX_UPSTREAM_UNAVAILABLE',
    });
    const bug = new TypeError('an internal error');
    answers = [{}];
    const read = (): never => {
      throw bug;
    };
    expect(await failureOf(clientFor().call(call({ read })))).toBe(bug);
    expect(seen).toHaveLength(2);
    // An internal error is for the caller, not for the log of WeChat's failures.
    expect(lines()).toHaveLength(1);
  });

  it('tries the next host if no connection can be made, and logs that', async () => {
    const closed = await closedUrl();
    expect(await clientFor([closed, url]).call(call())).toBe('o-1');
    expect(lines()).toEqual([`warn ${closed} cannot be reached, trying ${url}`]);
  });

  it('tries the last host three times, and gives the reason of the failure', async () => {
    const hosts = [await closedUrl(), await closedUrl()];
    const startedAt = performance.now();
    expect(await failureOf(clientFor(hosts).call(call()))).toMatchObject({
      errorCode: 'WX_UPSTREAM_UNAVAILABLE',
      errmsg: 'ECONNREFUSED',
      name: 'WechatUpstreamError',
    });
    // The try of the first host counts: one more wait, of at least 200 ms.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(190);
    expect(lines()).toEqual([
      expect.stringContaining('cannot be reached'),
      'warn WX_UPSTREAM_UNAVAILABLE: /sns/jscode2session: ECONNREFUSED',
    ]);
  });

  it('stays with a host that has been reached, for any answer', async () => {
    answers = [{ errcode: 40029 }];
    expect(await failureOf(clientFor([url, await closedUrl()]).call(call()))).toMatchObject({
      errcode: 40029,
    });
  });

  it('ends a call without an answer at its deadline', async () => {
    answers = [];
    expect(await failureOf(clientFor(url, 300).call(call()))).toMatchObject({
      errorCode: 'WX_UPSTREAM_UNAVAILABLE',
      errmsg: 'no answer within 300 ms',
    });
    expect(seen).toHaveLength(1);
  });

  it('ends the wait between two tries at the deadline', async () => {
    answers = [{ errcode: -1 }];
    expect(await failureOf(clientFor(url, 90).call(call()))).toMatchObject({
      errorCode: expect.stringMatching(/^WX_UPSTREAM_(BUSY|UNAVAILABLE)$/),
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen.length).toBeLessThanOrEqual(1);
  });

  it('ends a call whose client has disconnected, and logs nothing', async () => {
    answers = [];
    const client = new AbortController();
    const failure = failureOf(clientFor().call(call({ signal: client.signal })));
    await until(() => seen.length === 1);
    client.abort();
    expect(await failure).toMatchObject({ errorCode: 'WX_UPSTREAM_UNAVAILABLE' });
    expect(lines()).toEqual([]);
  });

  it.each<[object, string]>([
    [{ errcode: 40029, errmsg: 'invalid code' }, 'debug WX_CODE_INVALID: /x: 40029 invalid code'],
    [{ errcode: 40029 }, 'debug WX_CODE_INVALID: /x: 40029'],
    [{ errcode: 45011, errmsg: 'too fast' }, 'warn WX_RATE_LIMITED: /x: 45011 too fast'],
    [
      { errcode: 40013, errmsg: 'invalid appid' },
      'error WX_APP_MISCONFIGURED: /x: 40013 invalid appid The appid is wrong: compare it with the console of the mini program.',
    ],
  ])('logs %j as "%s"', async (answer, line) => {
    answers = [answer];
    await failureOf(clientFor().call(call({ path: '/x' })));
    expect(lines()).toEqual([line]);
  });

  describe('with OpenTelemetry', () => {
    let exporter: InMemorySpanExporter;

    beforeAll(() => {
      ({ exporter } = recordSpans());
    });
    afterEach(() => {
      exporter.reset();
    });
    afterAll(() => {
      trace.disable();
    });

    const request = { 'http.request.method': 'GET', 'url.path': '/sns/jscode2session' };
    const response = { 'server.address': '127.0.0.1', 'http.response.status_code': 200 };
    const bug = (): never => {
      throw new TypeError('an internal error');
    };

    it.each<[string, object | string, Partial<WechatCall<unknown>>, object]>([
      ['a success', { openid: 'o-1' }, {}, {}],
      [
        'a refusal',
        { errcode: 40029, errmsg: 'invalid code, rid: 65e8a1b2-0c' },
        {},
        {
          'error.type': 'WX_CODE_INVALID',
          'wechat.errcode': 40029,
          'wechat.rid': '65e8a1b2-0c',
        },
      ],
      ['an answer that is no JSON', '<html>', {}, { 'error.type': 'WX_UPSTREAM_UNAVAILABLE' }],
      ['an internal error', {}, { read: bug }, {}],
    ])('records %s as one span, with nothing secret in it', async (_, answer, more, attributes) => {
      answers = [answer];
      await failureOf(clientFor([await closedUrl(), url]).call(call(more)));
      const spans = exporter.getFinishedSpans();
      expect(spans.map((span) => [span.name, span.attributes])).toStrictEqual([
        ['GET /sns/jscode2session', { ...request, ...response, ...attributes }],
      ]);
    });
  });

  it('counts failures of one errcode and path together, with any rid', async () => {
    const client = clientFor();
    for (const [path, errcode] of [
      ['/x', 45011],
      ['/x', 45011],
      ['/y', 45011],
      ['/x', 45009],
    ] as const) {
      answers = [{ errcode, errmsg: `rid: ${String(seen.length)}` }];
      await failureOf(client.call(call({ path })));
    }
    answers = ['<html>'];
    await failureOf(client.call(call({ path: '/x' })));
    expect(aggregated.counted).toEqual([
      'WX_RATE_LIMITED /x 45011',
      'WX_RATE_LIMITED /x 45011',
      'WX_RATE_LIMITED /y 45011',
      'WX_QUOTA_EXCEEDED /x 45009',
      'WX_UPSTREAM_UNAVAILABLE /x the answer is not JSON',
    ]);
  });
});
