import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Account } from './account.entity.js';
import { AccountResolver } from './account.resolver.js';
import { AccountsController } from './accounts.controller.js';
import { Accounts } from './accounts.js';
import { Ban } from './ban.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([Account, Ban])],
  controllers: [AccountsController],
  providers: [Accounts, AccountResolver],
  exports: [Accounts],
})
export class AccountsModule {}
