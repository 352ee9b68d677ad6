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
 * A local server that behaves like WeChat's API, for tests and development without a network.
 * Source: WeChat, "auth.code2Session", "thirdpartyCode2Session", "getStableAccessToken",
 * "checkSessionKey", "resetUserSessionKey", "getPhoneNumber". While one runs, an app in the same
 * process that would call the real WeChat does not start.
 *
 * @example
 * const wechat = await WechatSandbox.start();
 * const module = WechatAuthModule.forRoot({ appid, secret, wechat: { baseUrl: wechat.url } });
 * const code = wechat.issueCode({ openid: 'o-anna' }); // for POST /wechat/login
 * @publicApi
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

  /**
   * Starts a sandbox on `127.0.0.1`.
   *
   * @example
   * const wechat = await WechatSandbox.start({ apps: [{ appid, secret }] });
   * @throws the error of Node if the port is in use (`EADDRINUSE`) or not allowed (`EACCES`).
   */
  static async start({ port = 0, apps }: WechatSandboxOptions = {}): Promise<WechatSandbox> {
    const sandbox = new WechatSandbox(apps);
    sandbox.server.listen(port, '127.0.0.1');
    await once(sandbox.server, 'listening');
    return sandbox;
  }

  /** The value for the option `wechat.baseUrl`. */
  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** The requests so far, in order. */
  get requests(): readonly SandboxRequest[] {
    return this.log;
  }

  /**
   * Issues a code as `wx.login` does: valid once, for five minutes, for its own app. The user gets a
   * new `session_key`.
   *
   * @example
   * const code = wechat.issueCode({ openid: 'o-anna', unionid: 'u-anna' });
   * @throws `RangeError` for an app that the sandbox was not started with.
   */
  issueCode(user: SandboxUser = {}): string {
    return this.api.logins.issueCode({ ...user, appid: this.appidFor(user.appid) });
  }

  /**
   * Issues a code as the `getPhoneNumber` button does: valid once, for five minutes, for its own app
   * and user.
   *
   * @example
   * const code = wechat.issuePhoneCode({ openid: 'o-anna', phoneNumber: '13800138000' });
   * @throws `RangeError` for an app that the sandbox was not started with.
   */
  issuePhoneCode(phone: SandboxPhone): string {
    return this.api.phoneCodes.issue(phone, this.appidFor(phone.appid));
  }

  /**
   * Signs and encrypts `data` as `wx.getUserInfo` does, with the user's current `session_key`.
   *
   * @example
   * const body = wechat.encryptUserData('o-anna', { stepInfoList: [] });
   * @param appid - for the watermark; if absent, the app of the user's last code.
   * @throws `RangeError` for a user without a login, or an app that the sandbox does not know.
   */
  encryptUserData(openid: string, data: object, appid?: string): SandboxUserData {
    const sessionKey = this.api.logins.sessionKeyOf(openid);
    if (sessionKey === undefined)
      throw new RangeError('That user has no login: issue a code first.');
    const owner = this.appidFor(appid ?? this.api.logins.appidOf(openid));
    if (owner === undefined) throw new RangeError('That user has not logged in: name the appid.');
    return encryptUserData(data, sessionKey, owner);
  }

  /** Invalidates all access tokens, as a reset in WeChat's console does. */
  expireAccessTokens(): void {
    this.api.accessTokens.expireAll();
  }

  /**
   * Makes the next requests fail. After an errcode, a code is still valid; any other fault affects
   * the response, when the code is already used.
   *
   * @example
   * wechat.fail(-1);
   * wechat.fail('timeout', Infinity);
   * @param fault - an errcode, or the name of a {@link TransportFault}.
   * @param times - the number of requests; 1 if absent, `Infinity` until {@link recover}.
   * @throws `RangeError` for an unknown fault or an invalid number.
   */
  fail(fault: SandboxFault, times?: number): void {
    this.faults.add(fault, times);
  }

  /** Removes all remaining faults. */
  recover(): void {
    this.faults.clear();
  }

  /** Closes all connections and the port. A second call waits for the first. */
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
      answer(response, 403, {
        message: 'The sandbox only serves programs and pages on this machine.',
      });
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

/** A repeated parameter counts as absent, because it is ambiguous. */
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
