import type { HttpService } from '@nestjs/axios';
import { isAxiosError } from 'axios';
import type { WechatUpstreamError } from '../errors/wechat-upstream.error.js';
import { unavailable } from './wechat-answer.js';

const MAX_ANSWER_BYTES = 64 * 1024;

/** One HTTP request to WeChat. */
export interface WechatRequest {
  /** Such as `/sns/jscode2session`. */
  path: string;
  query: Record<string, string>;
  /** Sent as JSON by POST; without it the request is a GET. */
  body?: object;
}

export interface WechatResponse {
  readonly status: number;
  readonly data: Uint8Array;
}

export const methodOf = ({ body }: WechatRequest): 'GET' | 'POST' =>
  body === undefined ? 'GET' : 'POST';

/** The connection failed before the request was sent: it is safe to send it again. */
export class NotSentError extends Error {
  constructor(readonly failure: WechatUpstreamError) {
    super(failure.message);
  }
}

/**
 * Sends one request, without redirects.
 * @throws {@link NotSentError}
 * @throws {@link WechatUpstreamError} `WX_UPSTREAM_UNAVAILABLE`
 */
export async function sendRequest(
  http: HttpService,
  baseUrl: string,
  wanted: WechatRequest,
  signal: AbortSignal,
): Promise<WechatResponse> {
  // Not `http.request`: after each success its Observable cancels the ended request with an error.
  const response = http.axiosRef.request<Uint8Array>({
    method: methodOf(wanted),
    url: baseUrl + wanted.path,
    // Not in the URL: interceptors of the app may log that.
    params: new URLSearchParams(wanted.query),
    data: wanted.body,
    signal,
    maxContentLength: MAX_ANSWER_BYTES,
    maxRedirects: 0,
    responseType: 'arraybuffer',
    validateStatus: () => true,
    // A proxy from the environment would see the AppSecret in the URL.
    proxy: false,
  });
  return response.catch((error: unknown) => {
    // Never the error of axios itself: it contains the URL with the AppSecret.
    throw transportFailure(error);
  });
}

function transportFailure(error: unknown): Error {
  if (!isAxiosError(error)) return unavailable('the request could not be made');
  const failure = unavailable(error.code ?? 'the connection failed');
  // If several addresses were tried, Node throws an AggregateError (RFC 8305).
  const causes: unknown[] =
    error.cause instanceof AggregateError ? error.cause.errors : [error.cause];
  const notSent = causes.every((cause) =>
    ['connect', 'getaddrinfo'].includes(
      (cause as NodeJS.ErrnoException | undefined)?.syscall ?? '',
    ),
  );
  return notSent ? new NotSentError(failure) : failure;
}
