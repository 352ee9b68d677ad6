import type { WxAnswer } from './wx-like.js';
import { WxSessionError, type WxSessionAction } from './wx-session.error.js';

/** The error that the login module answered with. Those of your own routes are none of ours. */
export function refusalIn({ statusCode, data, header }: WxAnswer): WxSessionError | undefined {
  if (statusCode < 400) return undefined;
  const { errorCode, action, message } = bodyOf(data);
  if (typeof errorCode !== 'string' || !errorCode.startsWith('WX_')) return undefined;
  if (typeof action !== 'string') return undefined;
  return new WxSessionError(errorCode, action as WxSessionAction, String(message), {
    statusCode,
    retryAfter: retryAfterIn(header),
  });
}

/** As JSON, also where the request asked for text or bytes. */
function bodyOf(data: unknown): Record<string, unknown> {
  try {
    const text =
      (data as ArrayBuffer).byteLength > 0
        ? String.fromCharCode(...new Uint8Array(data as ArrayBuffer))
        : data;
    return Object(typeof text === 'string' ? JSON.parse(text) : text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Phones differ in how they write the names of headers, and old ones show none. */
function retryAfterIn(header: Record<string, unknown> | undefined): number | undefined {
  const headers = Object.entries(header ?? {});
  const [, value] = headers.find(([name]) => name.toLowerCase() === 'retry-after') ?? [];
  const seconds = parseFloat(String(value));
  return seconds >= 0 ? seconds : undefined;
}
