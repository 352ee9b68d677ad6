import type { ArgumentsHost, ExecutionContext, HttpServer } from '@nestjs/common';
import type { WechatAuthError } from '../../errors/wechat-auth.error.js';

/** How the guard works over one transport. */
export interface Transport {
  /** The object that belongs only to this call, or to its client if {@link isShared}. */
  readonly callOf: (context: ArgumentsHost) => object;
  /** Whether the object belongs to the client, which may have other calls in progress. */
  readonly isShared?: (context: ExecutionContext) => boolean;
  /** The bearer token: `undefined` if there is none, an empty string if there are several. */
  readonly tokenOf: (context: ExecutionContext) => string | undefined;
  /** The error as the clients of this transport receive it. */
  readonly exceptionOf: (
    error: WechatAuthError,
    context: ExecutionContext,
    adapter: HttpServer,
  ) => Error | Promise<Error>;
}
