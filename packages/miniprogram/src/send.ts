import { callWx } from './call-wx.js';
import { refusalIn } from './refusal.js';
import type { WxAnswer, WxLike, WxRequest } from './wx-like.js';

/**
 * One request with the token.
 * @throws {@link WxSessionError} where nobody answers, or with what the login module has against it
 */
export async function send(
  wx: WxLike,
  request: WxRequest,
  token: string | undefined,
  timeout?: number,
): Promise<WxAnswer> {
  const header = headerOf(request, token);
  const answer = await callWx<WxAnswer>(
    'WX_REQUEST_FAILED',
    'wx.request',
    (callbacks) => wx.request({ ...request, header, ...callbacks }),
    timeout,
  );
  const refusal = refusalIn(answer);
  if (refusal) throw refusal;
  return answer;
}

function headerOf({ header, data }: WxRequest, token: string | undefined): Record<string, string> {
  const result: Record<string, string> = {};
  // Unless told otherwise, wx.request calls every body JSON, also where there is none, as with most
  // DELETEs. Fastify answers 400 to that.
  if (data === undefined) result['content-type'] = 'text/plain';
  for (const [name, value] of Object.entries(header ?? {})) result[name.toLowerCase()] = value;
  if (token !== undefined) result.authorization = `Bearer ${token}`;
  return result;
}
