import { Injectable, type PipeTransform } from '@nestjs/common';
import type { Account } from './account.entity.js';
import { Accounts } from './accounts.js';

/** The row of the user who is logged in: `@CurrentWxSession('userId', AccountPipe)`. */
@Injectable()
export class AccountPipe implements PipeTransform<string, Promise<Account | null>> {
  constructor(private readonly accounts: Accounts) {}

  transform(userId: string): Promise<Account | null> {
    return this.accounts.find(userId);
  }
}
