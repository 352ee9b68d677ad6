import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { CurrentWxSession } from '../../../src/index.js';
import { Roles } from '../access/roles.guard.js';
import { Account } from './account.entity.js';
import { AccountPipe } from './account.pipe.js';
import { Accounts } from './accounts.js';

@Controller('accounts')
export class AccountsController {
  constructor(private readonly accounts: Accounts) {}

  @Get('me')
  me(@CurrentWxSession('userId', AccountPipe) account: Account): Account {
    return account;
  }

  @Roles(['manager'])
  @Get()
  list(): Promise<Account[]> {
    return this.accounts.list();
  }

  @Roles(['manager'])
  @Post(':id/ban')
  @HttpCode(204)
  ban(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.accounts.ban(id);
  }
}
