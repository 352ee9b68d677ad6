import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { tap, type Observable } from 'rxjs';
import { setErrorHeaders } from './error-headers.js';
import { WechatAuthError } from './wechat-auth.error.js';

/**
 * Sets the headers of the login routes: `Cache-Control: no-store` on every response, and on errors
 * `Wx-Error`, `Wx-Action`, `WWW-Authenticate` and `Retry-After`. For a controller of your own that
 * calls `LoginService`.
 *
 * @example
 * \@Controller('auth')
 * \@UseInterceptors(WechatAuthHeadersInterceptor)
 * class AuthController {}
 * @publicApi
 */
@Injectable()
export class WechatAuthHeadersInterceptor implements NestInterceptor {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /**
   * Called by Nest.
   * @internal
   */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = context.switchToHttp().getResponse();
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    return next.handle().pipe(
      tap({
        error: (error: unknown) => {
          if (error instanceof WechatAuthError) setErrorHeaders(httpAdapter, response, error);
        },
      }),
    );
  }
}
