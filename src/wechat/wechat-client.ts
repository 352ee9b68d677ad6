import { setTimeout as sleep } from 'node:timers/promises';
import { HttpService } from '@nestjs/axios';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { isAxiosError, type AxiosRequestConfig } from 'axios';
import { firstValueFrom } from 'rxjs';
import { WechatUpstreamError } from '../errors/wechat-upstream.error.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from '../config/wechat-auth.config.js';
import { readAnswer, unavailable, type WechatAnswer } from './wechat-answer.js';
import { remedyOf, type ErrcodeMap } from './errcodes.js';

const TRIES = 3;
const BACKOFF_MS = 100;
const MAX_ANSWER_BYTES = 64 * 1024;

/** A call to WeChat's API. */
export interface WechatCall<T> {
  /** Such as `/sns/jscode2session`. */
  path: string;
  query: Record<string, string>;
  /** Sent as JSON by POST; without it the call is a GET. */
  body?: object;
  /** What must appear in no log and no error. */
  secrets: readonly string[];
  /** What errcodes mean in this call, where it is another thing than at a login. */
  errcodes?: ErrcodeMap;
  /** Checks the fields of an answer whose errcode is 0. */
  read: (answer: WechatAnswer) => T;
}

/** Speaks HTTP with WeChat: one deadline, no redirects, no more retries than are safe. */
@Injectable()
export class WechatClient {
  private readonly logger = new Logger('WechatAuth');

  constructor(
    private readonly http: HttpService,
    @Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig,
  ) {}

  /**
   * Retries what is safe to retry: errcode -1, and failures before the request went out. After a
   * time-out or a reset WeChat may have done its work, so those end the call.
   *
   * @returns what `read` makes of the answer.
   * @throws {@link WechatUpstreamError}
   */
  async call<T>(call: WechatCall<T>): Promise<T> {
    const { baseUrl, timeout } = this.config.wechat;
    const deadline = AbortSignal.timeout(timeout);
    const hosts = [...baseUrl];
    for (let tries = 1; ; tries++) {
      try {
        return call.read(readAnswer(await this.send(call, hosts[0] ?? '', deadline), call));
      } catch (error) {
        if (error instanceof NotSent && hosts.length > 1) {
          this.logger.warn(
            `${String(hosts.shift())} cannot be reached, trying ${String(hosts[0])}`,
          );
        } else if (
          tries >= TRIES ||
          !isRetryable(error) ||
          !(await this.backOff(tries, deadline))
        ) {
          throw this.logged(call, error instanceof NotSent ? error.failure : error);
        }
      }
    }
  }

  private async send(
    { path, query, body }: WechatCall<unknown>,
    baseUrl: string,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { timeout } = this.config.wechat;
    const request: AxiosRequestConfig = {
      method: body === undefined ? 'GET' : 'POST',
      url: baseUrl + path,
      params: new URLSearchParams(query),
      data: body,
      signal,
      maxContentLength: MAX_ANSWER_BYTES,
      maxRedirects: 0,
      responseType: 'arraybuffer',
      validateStatus: () => true,
      // A proxy from the environment would see the AppSecret in the URL.
      proxy: false,
    };
    const { status, data } = await firstValueFrom(this.http.request<Uint8Array>(request)).catch(
      (error: unknown) => {
        // Never the error of axios itself: it holds the URL, and with it the AppSecret.
        if (signal.aborted) throw unavailable(`no answer within ${String(timeout)} ms`);
        throw transportFailure(error);
      },
    );
    if (status !== 200) throw unavailable(`HTTP status ${String(status)}`);
    return data;
  }

  /** Waits before the next try; false where the deadline comes first. */
  private async backOff(tries: number, signal: AbortSignal): Promise<boolean> {
    const wait = BACKOFF_MS * 2 ** (tries - 1) * (1 + Math.random());
    return sleep(wait, true, { signal }).catch(() => false);
  }

  private logged({ path }: WechatCall<unknown>, error: unknown): unknown {
    if (!(error instanceof WechatUpstreamError)) return error;
    const { errorCode, action, errcode, errmsg } = error;
    const line = [`${errorCode}: ${path}:`, errcode, errmsg, remedyOf(errcode)]
      .filter((part) => part !== undefined && part !== '')
      .join(' ');
    if (action === 'config') this.logger.error(line);
    else if (action === 'retry') this.logger.warn(line);
    else this.logger.debug(line);
    return error;
  }
}

/** The connection failed before the request went out. */
class NotSent extends Error {
  constructor(readonly failure: WechatUpstreamError) {
    super(failure.message);
  }
}

const isRetryable = (error: unknown): boolean =>
  error instanceof NotSent ||
  (error instanceof WechatUpstreamError && error.errorCode === 'WX_UPSTREAM_BUSY');

function transportFailure(error: unknown): Error {
  if (!isAxiosError(error)) return unavailable('the request could not be made');
  const failure = unavailable(error.code ?? 'the connection failed');
  // Where several addresses were tried, Node hands out an AggregateError (RFC 8305).
  const causes: unknown[] =
    error.cause instanceof AggregateError ? error.cause.errors : [error.cause];
  const notSent = causes.every((cause) =>
    ['connect', 'getaddrinfo'].includes(
      (cause as NodeJS.ErrnoException | undefined)?.syscall ?? '',
    ),
  );
  return notSent ? new NotSent(failure) : failure;
}
