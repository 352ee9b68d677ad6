import { Query, Resolver } from '@nestjs/graphql';
import { CurrentWxSession, WxOptional } from '../../../src/index.js';
import { Account } from './account.entity.js';
import { AccountPipe } from './account.pipe.js';

@Resolver()
export class AccountResolver {
  @Query(() => String)
  role(@CurrentWxSession('userId', AccountPipe) account: Account): string {
    return account.role;
  }

  /** Also for those who have not logged in. */
  @WxOptional()
  @Query(() => String)
  greeting(@CurrentWxSession('userId') userId: string | undefined): string {
    return userId === undefined ? 'Welcome!' : 'Welcome back!';
  }
}
