import type { ArgumentsHost, ExecutionContext, HttpServer } from '@nestjs/common';
import type { WechatAuthError } from '../../errors/wechat-auth.error.js';

/** How the guard works over one transport. */
export interface Transport {
  /** The object that belongs to this call alone, or to its client where {@link isShared}. */
  readonly callOf: (context: ArgumentsHost) => object;
  /** Whether the object is that of the client, which may have other calls under way. */
  readonly isShared?: (context: ExecutionContext) => boolean;
  /** The bearer token: `undefined` where there is none, an empty string where there are several. */
  readonly tokenOf: (context: ExecutionContext) => string | undefined;
  /** The error as the clients of this transport receive it. */
  readonly exceptionOf: (
    error: WechatAuthError,
    context: ExecutionContext,
    adapter: HttpServer,
  ) => Error | Promise<Error>;
}
