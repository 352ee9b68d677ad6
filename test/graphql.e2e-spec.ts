import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Injectable,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  CurrentWxSession,
  CurrentWxUser,
  UsersService,
  WechatAuthError,
  WxOptional,
  WxPublic,
  WxSessionGuard,
  wxSessionOf,
} from '../src/index.js';
import { call, logIn, type Answer } from './support/http.js';
import { LogCapture } from './support/log-capture.js';
import { platforms } from './support/platforms.js';
import { useTestServers, type TestServer } from './support/test-servers.js';

@Injectable()
class NestGuard implements CanActivate {
  canActivate(): never {
    throw new UnauthorizedException();
  }
}

/** A guard of the app, which runs after the global one. */
@Injectable()
class SessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return wxSessionOf(context) !== undefined;
  }
}

@Resolver()
class AccountResolver {
  constructor(private readonly users: UsersService) {}

  @Query(() => String)
  openid(@CurrentWxUser('openid') openid: string): string {
    return openid;
  }

  @UseGuards(SessionGuard)
  @Query(() => String)
  guarded(@CurrentWxSession('userId') userId: string): string {
    return userId;
  }

  @WxOptional()
  @Query(() => String, { nullable: true })
  optional(@CurrentWxUser('openid') openid: string | undefined): string | undefined {
    return openid;
  }

  @WxPublic()
  @UseGuards(SessionGuard)
  @Query(() => String, { nullable: true })
  publicField(): string {
    return 'never';
  }

  @WxPublic()
  @UseGuards(NestGuard)
  @Query(() => String)
  refusedByNest(): string {
    return 'never';
  }

  @Mutation(() => Boolean)
  remove(@CurrentWxSession('userId') userId: string): Promise<boolean> {
    return this.users.remove(userId).then(() => true);
  }
}

const variants = platforms.flatMap((platform) =>
  [true, false].map((isTransforming) => ({ name: platform.name, platform, isTransforming })),
);

describe.each(variants)(
  'GraphQL on $name with autoTransformHttpErrors: $isTransforming',
  ({ platform, isTransforming }) => {
    const servers = useTestServers();
    const logger = new LogCapture();
    let test: TestServer;
    let token: string;

    beforeAll(async () => {
      const metadata = {
        imports: [
          GraphQLModule.forRoot<ApolloDriverConfig>({
            driver: ApolloDriver,
            autoSchemaFile: true,
            graphiql: false,
            includeStacktraceInErrorResponses: false,
            autoTransformHttpErrors: isTransforming,
          }),
        ],
        providers: [AccountResolver, { provide: APP_GUARD, useClass: WxSessionGuard }],
      };
      test = await servers.all({ platform, logger, metadata });
      token = await logIn(test.server.url, test.wechat.issueCode({ openid: 'o-anna' }));
    });
    beforeEach(() => {
      logger.lines.length = 0;
    });

    const run = (query: string, bearer?: string, authorization?: string[]): Promise<Answer> =>
      call('POST', `${test.server.url}/graphql`, {
        token: bearer,
        body: { query },
        ...(authorization && { headers: { authorization } }),
      });
    const errorLines = (): string[] => logger.lines.filter((line) => /^(error|fatal)/.test(line));
    const refusal = (field: string, code: 'WX_SESSION_MISSING' | 'WX_SESSION_INVALID'): object => {
      const body = new WechatAuthError(code).getResponse();
      return {
        message: body.message,
        path: [field],
        locations: [expect.anything()],
        extensions: { code, ...body },
      };
    };

    it.each([
      ['no token', undefined, 'WX_SESSION_MISSING'],
      ['a wrong token', 'wrong', 'WX_SESSION_INVALID'],
    ] as const)('refuses %s with our codes and logs no error', async (_, bearer, code) => {
      const { status, body } = await run('{ openid }', bearer);
      expect(body).toEqual({ data: null, errors: [refusal('openid', code)] });
      expect([status, (await run('{ refusedByNest }')).status]).toEqual([200, 200]);
      expect(errorLines()).toEqual([]);
    });

    it('logs no error if the user was removed before the resolver reads it', async () => {
      const short = await logIn(test.server.url, test.wechat.issueCode());
      expect((await run('mutation { remove }', short)).body).toEqual({ data: { remove: true } });
      expect((await run('{ openid }', short)).body).toMatchObject({
        errors: [{ extensions: { code: 'WX_SESSION_REVOKED', action: 'relogin' } }],
      });
      expect(errorLines()).toEqual([]);
    });

    it('gives a later guard the session of its own field', async () => {
      const { body } = await run('{ guarded publicField }', token);
      expect(body).toMatchObject({ data: { publicField: null, guarded: expect.any(String) } });
      expect(body?.errors).toMatchObject([{ path: ['publicField'] }]);
    });

    it('resolves an optional field with and without a session', async () => {
      expect((await run('{ optional }', token)).body).toEqual({ data: { optional: 'o-anna' } });
      expect((await run('{ optional }')).body).toEqual({ data: { optional: null } });
    });

    it('refuses a token that is not valid, or sent twice, for an optional field', async () => {
      const refused = {
        data: { optional: null },
        errors: [refusal('optional', 'WX_SESSION_INVALID')],
      };
      expect((await run('{ optional }', 'wrong')).body).toEqual(refused);
      const twice = [`Bearer ${token}`, `Bearer ${token}`];
      expect((await run('{ optional }', undefined, twice)).body).toEqual(refused);
      expect(errorLines()).toEqual([]);
    });
  },
);
