import { callWx } from './call-wx.js';
import type { WxLike } from './wx-like.js';

/** The functions of `wx` that send requests. */
export type Transport = 'request' | 'uploadFile' | 'downloadFile';

/** Their options that are used here. */
export interface Sent {
  url: string;
  method?: string;
  data?: unknown;
  header?: Record<string, string>;
  timeout?: number;
}

interface Sending {
  request: Sent;
  token: string | undefined;
  onTask?: (task: unknown) => void;
}

/** One request with the token. @throws `WX_REQUEST_FAILED` if there is no response */
export function send<Answer>(
  wx: WxLike,
  transport: Transport,
  { request, token, onTask = () => undefined }: Sending,
): Promise<Answer> {
  const platform = wx as unknown as Record<Transport, (options: object) => unknown>;
  const header = headerOf(transport, request, token);
  // The default timeout of wx.
  const { timeout = 60_000 } = request;
  return callWx<Answer>(
    (callbacks) => platform[transport](Object.assign({}, request, { header }, callbacks)),
    { name: `wx.${transport}`, errorCode: 'WX_REQUEST_FAILED', timeout, onTask },
  );
}

function headerOf(
  transport: Transport,
  { header = {}, data }: Sent,
  token: string | undefined,
): Record<string, string> {
  const result: Record<string, string> = {};
  // By default wx.request sends the content type JSON even without a body, as in most DELETE requests.
  // Fastify responds to that with 400.
  if (transport === 'request' && data === undefined) result['content-type'] = 'text/plain';
  for (const [name, value] of Object.entries(header)) result[name.toLowerCase()] = value;
  if (token) result.authorization = `Bearer ${token}`;
  return result;
}
