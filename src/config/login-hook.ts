import type { EntityManager } from 'typeorm';
import type { WechatUser } from '../postgres/wechat-user.entity.js';

/** A login that WeChat has confirmed, before its session is issued. */
export interface WechatLogin {
  readonly user: WechatUser;
  /** Whether this login created the user. It stays so until a login goes all the way through. */
  readonly isNew: boolean;
  /** The mini program of the login. */
  readonly appid: string;
  /** Of the transaction of this login, on the DataSource of the module. */
  readonly manager: EntityManager;
}

/**
 * What a host does at a login: the class for the option `loginHook`, a provider of any of its
 * modules.
 *
 * @example
 * \@Injectable()
 * export class Accounts implements WechatLoginHook {
 *   async onLogin({ user, isNew, manager }: WechatLogin): Promise<object | void> {
 *     if (isNew) await manager.insert(Account, { id: user.id });
 *     return { nickname: '…' };
 *   }
 * }
 * @publicApi
 */
export interface WechatLoginHook {
  /**
   * Called in the transaction of each login, after the user was created or updated. It has five
   * seconds, with all its statements; they have to go through `manager`, as another connection would
   * wait for this one.
   *
   * @returns what goes out as `account` of the response: an object that JSON can hold.
   * @throws anything, to refuse the login: nothing is stored then. An `HttpException` is answered as
   * it is.
   */
  onLogin(login: WechatLogin): Promise<unknown>;
}
