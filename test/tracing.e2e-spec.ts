import { execFile } from 'node:child_process';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WechatSandbox } from '../src/testing/index.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const PROGRAM = ['--import', '@swc-node/register/esm-register', 'test/support/traced-app.ts'];

interface Span {
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  status: { code: number };
}

interface Traced {
  recorded: unknown[];
  secrets: string[];
}

let database: TestDatabase;
let wechat: WechatSandbox;
let proxy: Server;
/** The headers that WeChat receives. */
const received: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  wechat = await WechatSandbox.start();
  proxy = createServer((incoming, response) => {
    received.push(incoming.headers);
    const { method, url, headers } = incoming;
    const outgoing = request(wechat.url + (url ?? ''), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  proxy.close();
  await wechat.close();
  await database.drop();
});

/** Logs in with a good code, then with one that WeChat refuses and one that gets no answer. */
async function trace(tracer: string): Promise<Traced> {
  const good = wechat.issueCode();
  const codes = [good, 'no-such-login-code'];
  const { port } = proxy.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...PROGRAM, database.url, url, tracer, ...codes],
    { maxBuffer: 1e8 },
  );
  const { recorded, secrets } = JSON.parse(stdout) as Traced;
  return { recorded, secrets: [...secrets, ...codes] };
}

const leaked = ({ recorded, secrets }: Traced): string[] => {
  const text = JSON.stringify(recorded);
  return secrets.filter((secret) =>
    [secret, encodeURIComponent(secret)].some((each) => text.includes(each)),
  );
};

describe('calls to WeChat in an app that is traced', () => {
  it('[M-14] by OpenTelemetry are one client span each, with nothing secret in it', async () => {
    const traced = await trace('opentelemetry');
    const spans = traced.recorded as Span[];
    expect(traced.secrets).toHaveLength(8);
    expect(leaked(traced)).toEqual([]);

    // The instrumentation is active.
    expect(spans.filter(({ name, kind }) => name === 'POST' && kind === 1)).toHaveLength(1);
    const toWechat = spans.filter(({ kind, name }) => kind === 2 && name !== 'POST');
    const http = { 'server.address': '127.0.0.1', 'http.response.status_code': 200 };
    const login = { ...http, 'http.request.method': 'GET', 'url.path': '/sns/jscode2session' };
    expect(toWechat.map(({ name, attributes, status }) => ({ name, attributes, status }))).toEqual([
      { name: 'GET /sns/jscode2session', attributes: login, status: { code: 0 } },
      {
        name: 'POST /cgi-bin/stable_token',
        attributes: { ...http, 'http.request.method': 'POST', 'url.path': '/cgi-bin/stable_token' },
        status: { code: 0 },
      },
      {
        name: 'GET /sns/jscode2session',
        attributes: {
          ...login,
          'error.type': 'WX_CODE_INVALID',
          'wechat.errcode': 40029,
          'wechat.rid': expect.stringMatching(/^[\da-f-]{26}$/),
        },
        status: { code: 2 },
      },
      expect.objectContaining({ name: 'GET /wxa/checksession' }),
      expect.objectContaining({
        name: 'POST /wxa/business/getuserphonenumber',
        attributes: expect.objectContaining({ 'error.type': 'WX_PHONE_CODE_INVALID' }),
      }),
    ]);
    expect(received.length).toBeGreaterThan(4);
    expect(received.filter((headers) => 'traceparent' in headers)).toEqual([]);
  });

  it.each(['sentry', 'sentry on opentelemetry'])(
    'by %s leave nothing secret in its spans, breadcrumbs and errors',
    async (tracer) => {
      const traced = await trace(tracer);
      expect(leaked(traced)).toEqual([]);
      const text = JSON.stringify(traced.recorded);
      const isRecorded = (part: string): boolean => text.includes(part);
      expect(['POST /wechat/login', 'WechatUpstreamError'].map(isRecorded)).toEqual([true, true]);
      expect(isRecorded('"GET /sns/jscode2session"')).toBe(tracer !== 'sentry');
    },
  );
});
