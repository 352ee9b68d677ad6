import { setTimeout as sleep } from 'node:timers/promises';
import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { withDeadline } from '../common/with-deadline.js';
import { WECHAT_AUTH_CONFIG, type WechatAuthConfig } from '../config/wechat-auth.config.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { WechatUpstreamError } from '../errors/wechat-upstream.error.js';
import { CallQueue } from './call-queue.js';
import { remedyOf, type ErrcodeMap } from './errcodes.js';
import { readAnswer, unavailable, type WechatAnswer } from './wechat-answer.js';
import { inClientSpan, type SpanAttributes } from './tracing.js';
import { methodOf, NotSentError, sendRequest, type WechatRequest } from './wechat-request.js';

const TRIES = 3;
const BACKOFF_MS = 100;

/** A call to WeChat's API. */
export interface WechatCall<T> extends WechatRequest {
  /** Strings that must not appear in logs or errors. */
  secrets: readonly string[];
  /** Errcodes with another meaning than at a login. */
  errcodes?: ErrcodeMap;
  /** Aborted when no caller waits for the result any more. */
  signal?: AbortSignal | undefined;
  /** Checks the fields of an answer whose errcode is 0. */
  read: (answer: WechatAnswer) => T;
}

type Describe = (attributes: SpanAttributes) => void;

/** Calls WeChat with limited concurrency, one deadline per call, and only safe retries. */
@Injectable()
export class WechatClient {
  private readonly queue = new CallQueue();

  constructor(
    private readonly http: HttpService,
    private readonly logger: AggregatedLogger,
    @Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig,
  ) {}

  /**
   * Retries only what is safe: errcode -1, and failures before the request was sent. After a timeout
   * or a reset, WeChat may have processed the request, so the call fails.
   *
   * @returns what `read` returns for the answer.
   * @throws {@link WechatUpstreamError}
   * @throws {@link WechatAuthError} `WX_BUSY`, without a request to WeChat
   */
  call<T>(call: WechatCall<T>): Promise<T> {
    const [method, { path }] = [methodOf(call), call];
    const attributes = { 'http.request.method': method, 'url.path': path };
    return inClientSpan(`${method} ${path}`, attributes, async (describe) => {
      try {
        return await withDeadline(this.config.wechat.timeout, call.signal, (signal) =>
          this.queue.run(() => this.ask(call, signal, describe), signal),
        );
      } catch (error) {
        this.log(call, error);
        describe(attributesOf(error));
        throw error;
      }
    });
  }

  private async ask<T>(call: WechatCall<T>, signal: AbortSignal, describe: Describe): Promise<T> {
    const hosts = [...this.config.wechat.baseUrl];
    for (let tries = 1; ; tries++) {
      try {
        return call.read(await this.send(call, hosts[0] ?? '', signal, describe));
      } catch (error) {
        if (error instanceof NotSentError && hosts.length > 1) {
          const line = `${String(hosts.shift())} cannot be reached, trying ${String(hosts[0])}`;
          this.logger.warn(line, line);
        } else if (tries >= TRIES || !isRetryable(error) || !(await backOff(tries, signal))) {
          throw error instanceof NotSentError ? error.failure : error;
        }
      }
    }
  }

  private async send(
    call: WechatCall<unknown>,
    baseUrl: string,
    signal: AbortSignal,
    describe: Describe,
  ): Promise<WechatAnswer> {
    describe({ 'server.address': new URL(baseUrl).hostname });
    const response = await sendRequest(this.http, baseUrl, call, signal).catch((error: unknown) => {
      const { timeout } = this.config.wechat;
      throw signal.aborted ? unavailable(`no answer within ${String(timeout)} ms`) : error;
    });
    describe({ 'http.response.status_code': response.status });
    if (response.status !== 200) throw unavailable(`HTTP status ${String(response.status)}`);
    return readAnswer(response.data, call);
  }

  private log({ path, signal }: WechatCall<unknown>, error: unknown): void {
    // All clients have disconnected: this is not a failure.
    if (!(error instanceof WechatAuthError) || signal?.aborted) return;
    const { errorCode, action } = error;
    const { errcode, errmsg } = error instanceof WechatUpstreamError ? error : {};
    const line = [`${errorCode}: ${path}:`, errcode, errmsg ?? error.message, remedyOf(errcode)];
    // WeChat's message contains a rid, which is different each time.
    const kind = [errorCode, path, errcode ?? errmsg].join(' ');
    const level = action === 'config' ? 'error' : action === 'retry' ? 'warn' : 'debug';
    this.logger[level](kind, line.filter((part) => part !== undefined && part !== '').join(' '));
  }
}

/** The attributes of a failure for the span of the call. */
function attributesOf(error: unknown): SpanAttributes {
  if (!(error instanceof WechatAuthError)) return {};
  const { errcode, rid } = error instanceof WechatUpstreamError ? error : {};
  return {
    'error.type': error.errorCode,
    ...(errcode !== undefined && { 'wechat.errcode': errcode }),
    ...(rid !== undefined && { 'wechat.rid': rid }),
  };
}

/** Waits before the next try; false if the deadline comes first. */
async function backOff(tries: number, signal: AbortSignal): Promise<boolean> {
  const wait = BACKOFF_MS * 2 ** (tries - 1) * (1 + Math.random());
  return sleep(wait, true, { signal }).catch(() => false);
}

const isRetryable = (error: unknown): boolean =>
  error instanceof NotSentError ||
  (error instanceof WechatUpstreamError && error.errorCode === 'WX_UPSTREAM_BUSY');
