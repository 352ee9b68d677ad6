import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { WxSessionGuard, wxSessionOf } from '../../../src/index.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { RolesGuard } from './roles.guard.js';
import { UserThrottlerGuard } from './user-throttler.guard.js';

/** The global guards, in the order in which they run: the session comes first. */
@Module({
  imports: [
    AccountsModule,
    ThrottlerModule.forRoot([
      // Many phones share the IP address of their network.
      { ttl: 60_000, limit: (context) => (wxSessionOf(context) ? 100 : 1000) },
    ]),
  ],
  providers: [
    { provide: APP_GUARD, useExisting: WxSessionGuard },
    { provide: APP_GUARD, useClass: UserThrottlerGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
  ],
})
export class AccessModule {}
