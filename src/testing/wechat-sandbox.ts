import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SandboxCodes } from './sandbox-codes.js';
import { control } from './sandbox-control.js';
import { failure } from './sandbox-errcodes.js';
import { distort, SandboxFaults, send, type SandboxFault } from './sandbox-faults.js';
import type {
  SandboxAnswer,
  SandboxApp,
  SandboxRequest,
  SandboxUser,
  WechatSandboxOptions,
} from './sandbox.types.js';

type Query = Readonly<Record<string, string>>;

/**
 * A stand-in for WeChat's API on the loopback interface, for tests without a network.
 * Source: WeChat, "auth.code2Session".
 *
 * @example
 * const wechat = await WechatSandbox.start();
 * WechatAuthModule.forRoot({ appid, secret, wechat: { baseUrl: wechat.url } });
 * await request(app).post('/wechat/login').send({ code: wechat.issueCode({ openid: 'o-anna' }) });
 */
export class WechatSandbox {
  private readonly codes = new SandboxCodes();
  private readonly faults = new SandboxFaults();
  private readonly log: SandboxRequest[] = [];
  private readonly server: Server;

  private constructor(private readonly apps: readonly SandboxApp[] | undefined) {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  /** @throws the error of Node where the port is taken (`EADDRINUSE`) or not allowed. */
  static async start({ port = 0, apps }: WechatSandboxOptions = {}): Promise<WechatSandbox> {
    const sandbox = new WechatSandbox(apps);
    sandbox.server.listen(port, '127.0.0.1');
    await once(sandbox.server, 'listening');
    return sandbox;
  }

  /** For the option `wechat.baseUrl`. */
  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** What WeChat was asked so far, in order. */
  get requests(): readonly SandboxRequest[] {
    return this.log;
  }

  /**
   * What `wx.login` gives a mini program: a code that works once, for five minutes, for its own
   * app. The user gets a new `session_key` with it.
   *
   * @throws RangeError for an app that the sandbox was not started with.
   */
  issueCode(user: SandboxUser = {}): string {
    const appid = user.appid ?? this.apps?.[0]?.appid;
    if (this.apps !== undefined && !this.apps.some((app) => app.appid === appid)) {
      throw new RangeError('The sandbox was started without that appid.');
    }
    return this.codes.issue({ ...user, appid });
  }

  /**
   * Lets the next requests fail. An errcode leaves a code as it was; any other fault happens on
   * the way of the answer, when the code is spent.
   *
   * @param fault - an errcode, or the name of a {@link TransportFault}.
   * @param times - for how many requests; 1 where absent, `Infinity` until {@link recover}.
   * @throws RangeError
   */
  fail(fault: SandboxFault, times?: number): void {
    this.faults.add(fault, times);
  }

  /** Forgets the faults that have not happened yet. */
  recover(): void {
    this.faults.clear();
  }

  /** Ends every connection and frees the port. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    if (path.startsWith('/sandbox/')) return control(path, request, response, this);
    const query = readQuery(search);
    this.log.push({
      method: request.method ?? '',
      path,
      query: { ...query, ...('secret' in query && { secret: '***' }) },
      at: new Date(),
    });
    request.resume();
    const fault = this.faults.next();
    if (typeof fault === 'number') {
      send(response, failure(fault));
      return;
    }
    const answer = this.answer(request.method, path, query);
    if (answer === undefined) send(response, 'not found', 404);
    else if (fault === undefined) send(response, answer);
    else distort(fault, response, answer);
  }

  private answer(
    method: string | undefined,
    path: string,
    query: Query,
  ): SandboxAnswer | undefined {
    return method === 'GET' && ['/sns/jscode2session', '/redirected'].includes(path)
      ? this.jscode2session(query)
      : undefined;
  }

  private jscode2session({ appid, secret, js_code, grant_type }: Query): SandboxAnswer {
    if (!appid) return failure(41002);
    if (!secret) return failure(41004);
    if (!js_code) return failure(41008);
    if (grant_type !== 'authorization_code') return failure(40002);
    if (this.apps !== undefined) {
      const app = this.apps.find((known) => known.appid === appid);
      if (app === undefined) return failure(40013);
      if (app.secret !== secret) return failure(40125);
    }
    const login = this.codes.spend(js_code, appid);
    if (typeof login === 'number') return failure(login);
    const { openid, unionid, sessionKey } = login;
    return { session_key: sessionKey, openid, ...(unionid !== undefined && { unionid }) };
  }
}

/** A parameter that stands there twice counts as none: which one counts is nobody's guess. */
function readQuery(search: string): Query {
  const parameters = new URLSearchParams(search);
  return Object.fromEntries(
    [...parameters].filter(([name]) => parameters.getAll(name).length === 1),
  );
}
