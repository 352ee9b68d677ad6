import { createHmac } from 'node:crypto';
import { OneTimeCodes } from './one-time-codes.js';
import { SandboxAccessTokens } from './sandbox-access-tokens.js';
import { failure } from './sandbox-errcodes.js';
import { SandboxLogins } from './sandbox-logins.js';
import type { SandboxAnswer, SandboxApp, SandboxPhone } from './sandbox.types.js';

/** The parameters of a request: those of its query, and of its JSON body. */
export interface SandboxCall {
  readonly query: Readonly<Partial<Record<string, string>>>;
  readonly body: Readonly<Record<string, unknown>>;
}

type Endpoint = (call: SandboxCall) => SandboxAnswer;

/** The endpoints of WeChat. */
export class SandboxApi {
  readonly logins = new SandboxLogins();
  readonly phoneCodes = new OneTimeCodes<SandboxPhone>();
  readonly accessTokens = new SandboxAccessTokens();

  constructor(private readonly apps: readonly SandboxApp[] | undefined) {}

  private readonly endpoints: Partial<Record<string, Endpoint>> = {
    'GET /sns/jscode2session': (call) => this.jscode2session(call),
    'GET /sns/component/jscode2session': (call) => this.componentJscode2session(call),
    // The target of the fault `redirect`.
    'GET /redirected': (call) => this.jscode2session(call),
    'POST /cgi-bin/stable_token': (call) => this.stableToken(call),
    'GET /wxa/checksession': (call) =>
      this.withSessionKey(call, () => ({ errcode: 0, errmsg: 'ok' })),
    'GET /wxa/resetusersessionkey': (call) =>
      this.withSessionKey(call, (openid) => ({
        errcode: 0,
        errmsg: 'ok',
        openid,
        session_key: this.logins.renewSessionKey(openid),
      })),
    'POST /wxa/business/getuserphonenumber': (call) => this.phoneNumber(call),
  };

  /** `undefined` if there is no such endpoint. */
  answer(method: string, path: string, call: SandboxCall): SandboxAnswer | undefined {
    return this.endpoints[`${method} ${path}`]?.(call);
  }

  private jscode2session({ query }: SandboxCall): SandboxAnswer {
    const { appid, secret } = query;
    if (!appid) return failure(41002);
    if (!secret) return failure(41004);
    const refusal = this.refusal(appid, secret);
    return refusal === undefined ? this.login(appid, query) : failure(refusal);
  }

  private componentJscode2session({ query }: SandboxCall): SandboxAnswer {
    const { appid, component_appid: component, component_access_token: token } = query;
    if (!appid) return failure(41002);
    if (!component) return failure(40013);
    if (!token) return failure(41021);
    const refusal = this.componentRefusal(appid, component, token);
    return refusal === undefined ? this.login(appid, query) : failure(refusal);
  }

  private login(appid: string, query: SandboxCall['query']): SandboxAnswer {
    const { js_code: code, grant_type: grantType } = query;
    if (!code) return failure(41008);
    if (grantType !== 'authorization_code') return failure(40002);
    const login = this.logins.spendCode(code, appid);
    if (typeof login === 'number') return failure(login);
    const { openid, unionid, sessionKey } = login;
    return { session_key: sessionKey, openid, ...(unionid !== undefined && { unionid }) };
  }

  private stableToken({ body }: SandboxCall): SandboxAnswer {
    const { grant_type: grantType, appid, secret, force_refresh: forceRefresh } = body;
    if (grantType !== 'client_credential') return failure(40002);
    if (typeof appid !== 'string' || appid === '') return failure(41002);
    if (typeof secret !== 'string' || secret === '') return failure(41004);
    const refusal = this.refusal(appid, secret);
    return refusal === undefined
      ? this.accessTokens.issue(appid, forceRefresh === true)
      : failure(refusal);
  }

  private phoneNumber({ query, body }: SandboxCall): SandboxAnswer {
    const appid = this.accessTokens.ownerOf(query.access_token ?? '');
    if (typeof appid === 'number') return failure(appid);
    const phone = this.phoneCodes.spend(String(body.code), appid);
    if (typeof phone === 'number') return failure(phone);
    // WeChat checks the owner of the code if the request names one.
    if (body.openid !== undefined && body.openid !== phone.openid) return failure(40029);
    const { phoneNumber = '13800138000', countryCode = '86' } = phone;
    return {
      errcode: 0,
      errmsg: 'ok',
      phone_info: {
        phoneNumber:
          String(countryCode) === '86' ? phoneNumber : `${String(countryCode)}${phoneNumber}`,
        purePhoneNumber: phoneNumber,
        countryCode,
        watermark: { timestamp: Math.floor(Date.now() / 1000), appid },
      },
    };
  }

  private withSessionKey(
    { query }: SandboxCall,
    answer: (openid: string) => SandboxAnswer,
  ): SandboxAnswer {
    const { access_token: token = '', openid = '', signature, sig_method: method } = query;
    const appid = this.accessTokens.ownerOf(token);
    if (typeof appid === 'number') return failure(appid);
    const sessionKey = this.logins.sessionKeyOf(openid);
    if (sessionKey === undefined) return failure(40003);
    const expected = createHmac('sha256', sessionKey).update('').digest('hex');
    if (method !== 'hmac_sha256' || signature !== expected) return failure(87009);
    return answer(openid);
  }

  private refusal(appid: string, secret: string): number | undefined {
    if (this.apps === undefined) return undefined;
    const app = this.apps.find((known) => known.appid === appid);
    if (app === undefined) return 40013;
    return app.secret === secret ? undefined : 40125;
  }

  private componentRefusal(appid: string, component: string, token: string): number | undefined {
    if (this.apps === undefined) return undefined;
    const app = this.apps.find((known) => known.appid === appid);
    if (app === undefined) return 40013;
    if (app.component?.appid !== component) return 61003;
    return app.component.accessToken === token ? undefined : 40001;
  }
}
