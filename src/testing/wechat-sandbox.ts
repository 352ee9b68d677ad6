import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SandboxApi } from './sandbox-api.js';
import { isAllowed } from './sandbox-access.js';
import { answer, control, readBody } from './sandbox-control.js';
import { countSandbox } from './running-sandboxes.js';
import { failure } from './sandbox-errcodes.js';
import { distort, SandboxFaults, send, type SandboxFault } from './sandbox-faults.js';
import { encryptUserData, type SandboxUserData } from './sandbox-user-data.js';
import type {
  SandboxApp,
  SandboxPhone,
  SandboxRequest,
  SandboxUser,
  WechatSandboxOptions,
} from './sandbox.types.js';

/**
 * A stand-in for WeChat's API on the loopback interface, for tests without a network.
 * Source: WeChat, "auth.code2Session", "thirdpartyCode2Session", "getStableAccessToken",
 * "checkSessionKey", "resetUserSessionKey", "getPhoneNumber". While one runs, an app of the same
 * process that would call WeChat itself does not start.
 *
 * @example
 * const wechat = await WechatSandbox.start();
 * WechatAuthModule.forRoot({ appid, secret, wechat: { baseUrl: wechat.url } });
 * await request(app).post('/wechat/login').send({ code: wechat.issueCode({ openid: 'o-anna' }) });
 */
export class WechatSandbox {
  private readonly api: SandboxApi;
  private readonly faults = new SandboxFaults();
  private readonly log: SandboxRequest[] = [];
  private readonly server: Server;
  private closed: Promise<void> | undefined;

  private constructor(private readonly apps: readonly SandboxApp[] | undefined) {
    this.api = new SandboxApi(apps);
    this.server = createServer((request, response) => void this.handle(request, response));
    this.server.once('listening', () => this.server.once('close', countSandbox()));
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
    return this.api.logins.issueCode({ ...user, appid: this.appidFor(user.appid) });
  }

  /**
   * What the `getPhoneNumber` button gives a mini program: a code that works once, for five
   * minutes, for its own app and user.
   *
   * @throws RangeError for an app that the sandbox was not started with.
   */
  issuePhoneCode(phone: SandboxPhone): string {
    return this.api.phoneCodes.issue(phone, this.appidFor(phone.appid));
  }

  /**
   * What `wx.getUserInfo` and the like give a mini program: `data` signed and encrypted with the
   * `session_key` that the user has now.
   *
   * @param appid - for the watermark; where absent, the app of the user's last code.
   * @throws RangeError for a user without a login, or an app that is not there.
   */
  encryptUserData(openid: string, data: object, appid?: string): SandboxUserData {
    const sessionKey = this.api.logins.sessionKeyOf(openid);
    if (sessionKey === undefined)
      throw new RangeError('That user has no login: issue a code first.');
    const owner = this.appidFor(appid ?? this.api.logins.appidOf(openid));
    if (owner === undefined) throw new RangeError('That user has not logged in: name the appid.');
    return encryptUserData(data, sessionKey, owner);
  }

  /** Ends every access token before its time, as a reset in the console does. */
  expireAccessTokens(): void {
    this.api.accessTokens.expireAll();
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

  /** Ends every connection and frees the port; a second call waits for the first. */
  close(): Promise<void> {
    this.closed ??= new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
    return this.closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isAllowed(request, response)) {
      answer(response, 403, { message: 'The sandbox is for programs and pages of this machine.' });
      return;
    }
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    if (path.startsWith('/sandbox/')) return control(path, request, response, this);
    const method = request.method ?? '';
    const query = readQuery(search);
    this.log.push({ method, path, query: withoutSecrets(query), at: new Date() });
    const body = await readBody(request).catch(() => ({}));
    const fault = this.faults.next();
    if (typeof fault === 'number') {
      send(response, failure(fault));
      return;
    }
    const found = this.api.answer(method, path, { query, body });
    if (found === undefined) send(response, 'not found', 404);
    else if (fault === undefined) send(response, found);
    else distort(fault, response, found);
  }

  private appidFor(appid = this.apps?.[0]?.appid): string | undefined {
    if (this.apps !== undefined && !this.apps.some((app) => app.appid === appid)) {
      throw new RangeError('The sandbox was started without that appid.');
    }
    return appid;
  }
}

/** A parameter that stands there twice counts as none: which one counts is nobody's guess. */
function readQuery(search: string): Record<string, string> {
  const parameters = new URLSearchParams(search);
  return Object.fromEntries(
    [...parameters].filter(([name]) => parameters.getAll(name).length === 1),
  );
}

const SECRETS = ['secret', 'access_token', 'component_access_token'];

const withoutSecrets = (query: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, SECRETS.includes(name) ? '***' : value]),
  );
