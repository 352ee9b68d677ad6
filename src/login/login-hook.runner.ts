import { Inject, Injectable, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { isRecord } from '../common/is-record.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import { UsersService } from '../users/users.service.js';
import type { Code2Session } from '../wechat/code2session.js';
import type { WechatLoginHook } from '../config/login-hook.js';

/** Injects the class in the option `loginHook`, or `null`. */
export const WECHAT_LOGIN_HOOK = Symbol('WECHAT_LOGIN_HOOK');

/** A user who has logged in, and what the hook returned. */
export interface LoggedIn {
  readonly user: WechatUser;
  readonly isNew: boolean;
  readonly account?: object;
}

/** Stores the user of a login, in one transaction with the hook. */
@Injectable()
export class LoginHookRunner {
  private hook: WechatLoginHook | undefined;

  constructor(
    private readonly users: UsersService,
    private readonly modules: ModuleRef,
    @Inject(WECHAT_LOGIN_HOOK) private readonly type: Type<WechatLoginHook> | null,
  ) {}

  /** Finds the hook. @returns what is wrong with it, for the start-up error. */
  problems(): string[] {
    if (this.type === null) return [];
    const { name } = this.type;
    try {
      this.hook = this.modules.get(this.type, { strict: false });
      return [];
    } catch (error) {
      return (error as Error).constructor.name === 'InvalidClassScopeException'
        ? [
            `loginHook: ${name} or one of its dependencies is request-scoped. A login may be shared by several requests: give them the default scope.`,
          ]
        : [`loginHook: ${name} is not a provider. Add it to the providers of one of your modules.`];
    }
  }

  /**
   * One statement; with a hook, a transaction with the statement and the hook.
   * @param onKnown - called before the hook, with a user who has logged in before.
   */
  store(code2Session: Code2Session, onKnown: (user: WechatUser) => void): Promise<LoggedIn> {
    const { hook } = this;
    if (hook === undefined) return this.users.upsert(code2Session);
    return this.users.upsertWith(code2Session, async ({ user, isNew }, manager) => {
      if (!isNew) onKnown(user);
      const { appid } = code2Session;
      const account = readAccount(await hook.onLogin({ user, isNew, appid, manager }));
      return { user, isNew, ...(account && { account }) };
    });
  }
}

/** What cannot be serialised must fail here, before anything is stored. */
function readAccount(account: unknown): object | undefined {
  if (account === undefined) return undefined;
  if (!isRecord(account)) throw new TypeError('The loginHook must return an object or nothing.');
  try {
    JSON.stringify(account);
  } catch (cause) {
    throw new TypeError('The loginHook returned an object that JSON cannot represent.', { cause });
  }
  return account;
}
