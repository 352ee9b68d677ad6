import type { EntityManager } from 'typeorm';
import type { WechatUser } from '../postgres/wechat-user.entity.js';

/**
 * A login that WeChat has confirmed, before its session is issued.
 * @publicApi
 */
export interface WechatLogin {
  readonly user: WechatUser;
  /** Whether this login creates the user. Also true at the next login if the hook refuses this one. */
  readonly isNew: boolean;
  /** The mini program of the login. */
  readonly appid: string;
  /** The entity manager of this login's transaction, on the DataSource of the module. */
  readonly manager: EntityManager;
}

/**
 * What your app does at a login. A class with this interface is the option `loginHook`, and a
 * provider of any of your modules.
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
   * Called in the transaction of each login, after the user was created or updated. It must return
   * within five seconds, and use `manager` for all its statements: another connection would wait for
   * this transaction.
   *
   * @returns the `account` of the response: an object that JSON can represent, or nothing.
   * @throws anything, to refuse the login; then nothing is stored. An `HttpException` becomes the
   * response.
   */
  onLogin(login: WechatLogin): Promise<unknown>;
}
