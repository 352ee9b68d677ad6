// Compiled by `npm run typecheck`, never run: how the guard and the decorators may be used.
import {
  Controller,
  Get,
  ParseUUIDPipe,
  Post,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatAuthError,
  WechatUser,
  WxApp,
  WxOptional,
  WxPublic,
  WxSessionGuard,
  wxSessionOf,
  WxUserData,
  type WechatUserInfo,
  type WxSession,
} from '../../src/index.js';
import { provideWxSession } from '../../src/testing/index.js';

@Controller()
@UseGuards(WxSessionGuard)
@WxApp('wx1')
export class ProfileController {
  @Get('me')
  me(@CurrentWxUser() user: WechatUser, @CurrentWxSession() session: WxSession): Date {
    const ids: (string | null)[] = [user.id, session.userId, user.unionid];
    return ids.includes(session.appid) ? session.expiresAt : user.createdAt;
  }

  @Post('info')
  info(@WxUserData('userInfo') { nickName }: WechatUserInfo): string {
    return nickName;
  }

  @Get('parts')
  parts(
    @CurrentWxSession('userId', ParseUUIDPipe, new ParseUUIDPipe()) userId: string,
    @CurrentWxUser('unionid') unionid: string | null,
    @CurrentWxSession(ParseUUIDPipe) piped: unknown,
  ): unknown[] {
    return [userId, unionid, piped];
  }

  @WxOptional()
  @Get('optional')
  optional(@CurrentWxUser() user: WechatUser | undefined): string {
    return user?.id ?? 'nobody';
  }

  // @ts-expect-error -- not a property of the session
  noOpenid(@CurrentWxSession('openid') openid: string): string {
    return openid;
  }

  // @ts-expect-error -- not a property of the user
  noNickname(@CurrentWxUser('nickname', ParseUUIDPipe) nickname: string): string {
    return nickname;
  }

  // @ts-expect-error -- not a pipe
  noPipe(@CurrentWxSession('userId', WechatUser) userId: string): string {
    return userId;
  }

  // @ts-expect-error -- WxOptional has no parameter
  @WxOptional('wx1')
  @Get('optional-app')
  optionalApp(): string {
    return '';
  }

  @WxPublic()
  @Get('open')
  open(): string {
    return 'open';
  }

  // @ts-expect-error -- WxApp has one appid
  @WxApp(['wx1'])
  @Get('two-apps')
  twoApps(): string {
    return '';
  }

  // @ts-expect-error -- not a kind of user data
  other(@WxUserData('other') data: object): object {
    return data;
  }

  // @ts-expect-error -- CurrentWxSession decorates parameters, not methods
  @CurrentWxSession()
  @Get('method')
  method(): string {
    return '';
  }
}

export class CookieGuard extends WxSessionGuard {
  protected override getToken(context: ExecutionContext): string | undefined {
    return context.switchToHttp().getRequest<{ cookie?: string }>().cookie;
  }

  protected override refuse(error: WechatAuthError, context: ExecutionContext): Promise<boolean> {
    return error.action === 'relogin' ? Promise.resolve(false) : super.refuse(error, context);
  }
}

export class WrongGuard extends WxSessionGuard {
  // @ts-expect-error -- the token is a string
  protected override getToken(): number {
    return 42;
  }
}

export const sessionOf = (
  context: ExecutionContext,
  host: ArgumentsHost,
  request: Request,
): (WxSession | undefined)[] => [wxSessionOf(context), wxSessionOf(host), wxSessionOf(request)];

// @ts-expect-error -- the session may be missing
export const userIdOf = (context: ExecutionContext): string => wxSessionOf(context).userId;

// @ts-expect-error -- not a request
export const ofToken = wxSessionOf('token');

export const guards: CanActivate[] = [
  provideWxSession(),
  provideWxSession({ userId: 'x' }),
  provideWxSession({}, { openid: 'x' }),
  // @ts-expect-error -- not a property of the session
  provideWxSession({ openid: 'x' }),
];

// @ts-expect-error -- the session does not have the openid
export type Openid = WxSession['openid'];

// @ts-expect-error -- the encrypted session_key is not for hosts to read as a string
export const key = (user: WechatUser): string => user.sealedSessionKey;
