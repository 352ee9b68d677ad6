import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { wxSessionOf } from '../../../src/index.js';
import type { Role } from '../accounts/account.entity.js';
import { Accounts } from '../accounts/accounts.js';

/** Who may call a handler; everybody who is logged in where it is absent. */
export const Roles = Reflector.createDecorator<Role[]>();

@Injectable()
export class RolesGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly accounts: Accounts,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(Roles.KEY, targets);
    if (roles === undefined) return true;
    const session = wxSessionOf(context);
    const account = session && (await this.accounts.find(session.userId));
    return account !== undefined && account !== null && roles.includes(account.role);
  }
}
