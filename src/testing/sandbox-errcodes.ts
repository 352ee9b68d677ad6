import { randomBytes } from 'node:crypto';
import type { SandboxAnswer } from './sandbox.types.js';

const ERRMSGS: ReadonlyMap<number, string> = new Map([
  [-1, 'system error'],
  [40001, 'invalid credential, access_token is invalid or not latest'],
  [40002, 'invalid grant_type'],
  [40003, 'invalid openid'],
  [40013, 'invalid appid'],
  [40029, 'invalid code'],
  [40125, 'invalid appsecret'],
  [40163, 'code been used'],
  [40164, 'invalid ip 127.0.0.1, not in whitelist'],
  [40226, 'code blocked'],
  [40243, 'appsecret is frozen'],
  [40014, 'invalid access_token'],
  [41002, 'appid missing'],
  [41004, 'appsecret missing'],
  [41008, 'missing code'],
  [41021, 'missing component_access_token'],
  [42001, 'access_token expired'],
  [45009, 'reach max api daily quota limit'],
  [45011, 'api minute-quota reach limit, mustslower, retry next minute'],
  [61003, 'component is not authorized by this account'],
  [87009, 'invalid signature'],
]);

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** A failure in WeChat's format, with a request id. */
export const failure = (errcode: number): SandboxAnswer => ({
  errcode,
  errmsg: `${ERRMSGS.get(errcode) ?? 'unknown error'}, rid: ${hex(4)}-${hex(4)}-${hex(4)}`,
});
