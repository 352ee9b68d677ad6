import { WechatUpstreamError } from '../errors/wechat-upstream.error.js';
import { errorCodeOf, type ErrcodeMap } from './errcodes.js';

/** An answer of WeChat: a JSON object with unchecked fields. */
export type WechatAnswer = Record<string, unknown>;

/** WeChat did not answer, or not as documented; `reason` is for the log and contains no secret. */
export const unavailable = (reason: string): WechatUpstreamError =>
  new WechatUpstreamError('WX_UPSTREAM_UNAVAILABLE', { errmsg: reason });

/**
 * Reads an answer as JSON with any content type, because WeChat sends `text/plain`.
 *
 * @param call - `secrets` must not appear in an error, even if WeChat echoes them; `errcodes` are
 * those with another meaning than at a login.
 * @throws {@link WechatUpstreamError} for an errcode other than 0 and for any other body.
 */
export function readAnswer(
  body: Uint8Array,
  { secrets, errcodes }: { secrets: readonly string[]; errcodes?: ErrcodeMap },
): WechatAnswer {
  const answer = parse(body);
  const errcode = integerOf(answer.errcode ?? 0);
  if (errcode === undefined) throw unavailable('the errcode of the answer is not an integer');
  if (errcode === 0) return answer;
  const errmsg = readable(answer.errmsg, secrets);
  const rid = /\brid: ?([\w-]{1,64})/.exec(errmsg)?.[1];
  throw new WechatUpstreamError(errcodes?.get(errcode) ?? errorCodeOf(errcode), {
    errcode,
    errmsg,
    ...(rid !== undefined && { rid }),
  });
}

/** An integer, also as a string of digits: WeChat's own example has `"errcode": "40029"`. */
function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

function parse(body: Uint8Array): WechatAnswer {
  let answer: unknown;
  try {
    // Fatal: with replacement characters, two openids could become equal.
    answer = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's message quotes the body, which may contain a session_key.
    throw unavailable('the answer is not JSON');
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw unavailable('the answer is not a JSON object');
  }
  return answer as WechatAnswer;
}

/** WeChat's message in one line, without the secrets of the request. */
function readable(errmsg: unknown, secrets: readonly string[]): string {
  if (typeof errmsg !== 'string') return '';
  return secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((text, secret) => text.replaceAll(secret, '***'), errmsg)
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, 512);
}
