import { randomUUID } from 'node:crypto';
import type { CanActivate } from '@nestjs/common';
import { clearGuardedCall, setGuardedCall } from '../guard/guarded-call.js';
import { accessOf } from '../guard/route-access.js';
import type { WechatUser } from '../postgres/wechat-user.entity.js';
import type { WxSession } from '../sessions/wx-session.js';

const SESSION_MS = 2 * 60 * 60 * 1000;

/**
 * Returns a guard that replaces `WxSessionGuard` in the tests of your controllers. It allows every
 * call, and the decorators and `wxSessionOf` return this session and user. It needs no token, no
 * database and no `WechatAuthModule`. A handler with `@WxPublic()` has no session, as with the real
 * guard.
 *
 * @param session - the fields that the test needs; the others are generated, consistent with `user`.
 * @param user - the fields that the test needs; the others are generated, consistent with `session`.
 *
 * @example
 * Test.createTestingModule({ controllers: [ProfileController] })
 *   .overrideGuard(WxSessionGuard)
 *   .useValue(provideWxSession({ userId: anna.id }))
 * @publicApi
 */
export function provideWxSession(
  session: Partial<WxSession> = {},
  user: Partial<WechatUser> = {},
): CanActivate {
  const now = new Date();
  const givenSession: WxSession = {
    id: randomUUID(),
    userId: user.id ?? randomUUID(),
    appid: user.appid ?? 'wx0000000000000000',
    issuedAt: now,
    expiresAt: new Date(now.getTime() + SESSION_MS),
    ...session,
  };
  const givenUser: WechatUser = {
    id: givenSession.userId,
    appid: givenSession.appid,
    openid: 'o-test-user',
    unionid: null,
    sessionEpoch: 0,
    createdAt: now,
    updatedAt: now,
    lastLoginAt: now,
    ...user,
  };
  return {
    canActivate(context) {
      clearGuardedCall(context);
      if (!accessOf(context.getHandler(), context.getClass()).isPublic) {
        setGuardedCall(context, {
          session: givenSession,
          user: () => Promise.resolve(givenUser),
        });
      }
      return true;
    },
  };
}
