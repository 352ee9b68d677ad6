import {
  createParamDecorator,
  Injectable,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { setErrorHeaders } from '../errors/error-headers.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { guardedCallOf } from '../guard/guarded-call.js';
import { UserDataService } from './user-data.service.js';
import type { EncryptedUserData } from './user-data.types.js';

/** Decrypts the body of a request for the user of its session. */
@Injectable()
class WxUserDataPipe implements PipeTransform<ExecutionContext, Promise<object>> {
  constructor(
    private readonly userData: UserDataService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  async transform(context: ExecutionContext): Promise<object> {
    const http = context.switchToHttp();
    const { body } = http.getRequest<{ body?: EncryptedUserData | null }>();
    try {
      const data = body ?? { encryptedData: '', iv: '' };
      return await this.userData.decrypt(guardedCallOf(context).session.userId, data);
    } catch (error) {
      if (error instanceof WechatAuthError) {
        setErrorHeaders(this.adapterHost.httpAdapter, http.getResponse(), error);
      }
      throw error;
    }
  }
}

const currentContext = createParamDecorator((_: unknown, context: ExecutionContext) => context);

/**
 * The decrypted data of a guarded handler whose body is `{ encryptedData, iv, code? }`:
 * `bind(@WxUserData() phone: WechatPhoneNumber)`. Ends the request with what
 * {@link UserDataService.decrypt} throws. User data, never identity.
 */
export const WxUserData = (): ParameterDecorator => currentContext(WxUserDataPipe);
