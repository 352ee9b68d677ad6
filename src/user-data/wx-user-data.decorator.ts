import {
  createParamDecorator,
  Injectable,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { unvalidatedParameter } from '../common/unvalidated-parameter.js';
import { setErrorHeaders } from '../errors/error-headers.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { guardedCallOf } from '../guard/guarded-call.js';
import { assertUserDataKind, type UserDataKind } from './user-data-kinds.js';
import { UserDataService } from './user-data.service.js';
import type { EncryptedUserData } from './user-data.types.js';

/** What a handler needs. */
interface Wanted {
  readonly kind: UserDataKind;
  readonly context: ExecutionContext;
}

/** Decrypts the body of a request for the user of the session. */
@Injectable()
class WxUserDataPipe implements PipeTransform<Wanted, Promise<unknown>> {
  constructor(
    private readonly userData: UserDataService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  async transform({ kind, context }: Wanted): Promise<unknown> {
    const http = context.switchToHttp();
    const { body } = http.getRequest<{ body?: EncryptedUserData | null }>();
    try {
      const data = body ?? { encryptedData: '', iv: '' };
      const { session } = guardedCallOf(context);
      if (session === undefined) throw new WechatAuthError('WX_SESSION_MISSING');
      return await this.userData.decrypt(session.userId, data, kind);
    } catch (error) {
      if (error instanceof WechatAuthError) {
        setErrorHeaders(this.adapterHost.httpAdapter, http.getResponse(), error);
      }
      throw error;
    }
  }
}

const wanted = createParamDecorator(
  (kind: UserDataKind, context: ExecutionContext): Wanted => ({ kind, context }),
  [unvalidatedParameter],
);

/**
 * The decrypted data of a guarded handler whose body is {@link EncryptedUserData}. The request ends
 * with the error of {@link UserDataService.decrypt}, if any. User data, never identity.
 *
 * @example
 * \@Post('profile')
 * save(@WxUserData('userInfo') info: WechatUserInfo) {
 *   return this.profiles.save({ name: info.nickName });
 * }
 * @throws `TypeError` for a kind that does not exist
 * @publicApi
 */
export function WxUserData(kind: UserDataKind): ParameterDecorator {
  assertUserDataKind(kind);
  return wanted(kind, WxUserDataPipe);
}
