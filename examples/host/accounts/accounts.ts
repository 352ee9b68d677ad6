import { ForbiddenException, Injectable, NotFoundException } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  SessionsService,
  UsersService,
  type WechatLogin,
  type WechatLoginHook,
} from '../../../src/index.js';
import { Account } from './account.entity.js';
import { Ban } from './ban.entity.js';

@Injectable()
export class Accounts implements WechatLoginHook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
  ) {}

  /** Runs in the transaction of each login. What it returns is `account` of the response. */
  async onLogin({ user, isNew, manager }: WechatLogin): Promise<object> {
    if (await manager.existsBy(Ban, { openid: user.openid })) {
      throw new ForbiddenException('This account is banned.');
    }
    if (isNew) await manager.insert(Account, { id: user.id, role: 'customer' });
    const { role } = await manager.findOneByOrFail(Account, { id: user.id });
    return { role };
  }

  find(id: string): Promise<Account | null> {
    return this.dataSource.manager.findOneBy(Account, { id });
  }

  list(): Promise<Account[]> {
    return this.dataSource.manager.find(Account, { order: { id: 'ASC' } });
  }

  /** Keeps a user from logging in again, and then ends the sessions there are. */
  async ban(id: string): Promise<void> {
    const user = await this.users.findById(id);
    if (!user) throw new NotFoundException('There is no such account.');
    await this.dataSource.manager.upsert(Ban, { openid: user.openid }, ['openid']);
    await this.sessions.revokeAll(id);
  }
}
