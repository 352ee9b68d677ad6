import { WxSessionError, type WxSessionAction } from './wx-session.error.js';
import type { WxEnvelope, WxSessionOptions } from './wx-session.types.js';

/** What the responses of `wx.request`, `wx.uploadFile` and `wx.downloadFile` have in common. */
export interface AnyAnswer {
  statusCode: number;
  data?: unknown;
  header?: Record<string, unknown> | undefined;
}

type Envelope = Pick<WxSessionOptions, 'unwrap'>;

/** The error body of the server library; any field may be missing. */
type Body = Partial<Record<'errorCode' | 'action' | 'message', string>>;

/**
 * The error in a response of the server library, from its headers, which do not depend on the status
 * and body that the app sends, or else from the body. Errors of your own routes are ignored.
 */
export function refusalIn(answer: AnyAnswer, settings: Envelope): WxSessionError | undefined {
  const body = answer.statusCode < 400 ? {} : bodyIn(parse(answer.data));
  const inner = settings.unwrap ? bodyIn(unwrapped(answer, settings)) : {};
  const ours = [body, inner].find(isOurs) ?? {};
  const errorCode = headerOf(answer, 'wx-error') ?? ours.errorCode;
  if (errorCode === undefined) return undefined;
  const action = headerOf(answer, 'wx-action') ?? ours.action ?? 'config';
  const message = ours.message ?? body.message ?? `The server refuses: ${errorCode}.`;
  return new WxSessionError(errorCode, action as WxSessionAction, message, {
    statusCode: answer.statusCode,
    retryAfter: retryAfterIn(answer),
  });
}

/** For a response on a login route that is not from the library: a gateway, portal or other server. */
export function unexpected(answer: AnyAnswer): WxSessionError {
  const { statusCode } = answer;
  const retryAfter = retryAfterIn(answer);
  return new WxSessionError(
    'WX_ANSWER_UNEXPECTED',
    retryAfter !== undefined || statusCode === 429 || statusCode >= 500 ? 'retry' : 'config',
    `The answer, with status ${statusCode}, is not the login module's: are baseUrl and path right?`,
    { statusCode, retryAfter },
  );
}

/** The result for a response that is not an envelope, or an envelope that reports a failure. */
export const NO_ENVELOPE = {};

/** The response of a login route, without the envelope of the app. */
export function unwrapped(answer: AnyAnswer, settings: Envelope): unknown {
  const parsed = Object.assign({ header: {} }, answer, { data: parse(answer.data) });
  try {
    return settings.unwrap ? settings.unwrap(parsed as WxEnvelope) : parsed.data;
  } catch {
    return NO_ENVELOPE;
  }
}

const isOurs = ({ errorCode, action }: Body): boolean =>
  String(errorCode).startsWith('WX_') && typeof action === 'string';

const bodyIn = (data: unknown): Body => Object(data) as Body;

/** No error body is longer, but a file may be. */
const MAX_BYTES = 10_000;

/** As JSON, even if the request asked for text or bytes. */
function parse(data: unknown): unknown {
  const { byteLength = 0 } = Object(data) as Partial<ArrayBuffer>;
  const text =
    byteLength > 0 && byteLength <= MAX_BYTES
      ? String.fromCharCode(...new Uint8Array(data as ArrayBuffer))
      : data;
  if (typeof text !== 'string') return data;
  try {
    return JSON.parse(text);
  } catch {
    return data;
  }
}

/** The case of header names differs between phones, and old phones return no headers. */
function headerOf({ header = {} }: AnyAnswer, wanted: string): string | undefined {
  const name = Object.keys(header).find((each) => each.toLowerCase() === wanted);
  return name && String(header[name]);
}

/** Seconds, or a date by the clock of the server (RFC 9110 section 10.2.3). */
function retryAfterIn(answer: AnyAnswer): number | undefined {
  const value = headerOf(answer, 'retry-after') ?? '';
  const now = Date.parse(headerOf(answer, 'date') ?? '') || Date.now();
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return seconds >= 0 ? seconds : undefined;
}
