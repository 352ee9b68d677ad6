import { Injectable, NotFoundException, type PipeTransform } from '@nestjs/common';
import type { Account } from './account.entity.js';
import { Accounts } from './accounts.js';

/** The row of the user who is logged in: `@CurrentWxSession('userId', AccountPipe)`. */
@Injectable()
export class AccountPipe implements PipeTransform<string, Promise<Account>> {
  constructor(private readonly accounts: Accounts) {}

  async transform(userId: string): Promise<Account> {
    const account = await this.accounts.find(userId);
    // Removed since the guard let the request in.
    if (!account) throw new NotFoundException('This account is gone.');
    return account;
  }
}
