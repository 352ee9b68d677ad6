import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Injectable, UseGuards, type ExecutionContext } from '@nestjs/common';
import { GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  ClientProxyFactory,
  MessagePattern,
  Transport,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { firstValueFrom } from 'rxjs';
import { io, type Socket } from 'socket.io-client';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatUser,
  WxPublic,
  WxSessionGuard,
  type WxSession,
} from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { call, logIn, type Answer } from './support/http.js';
import type { ListeningApp } from './support/platforms.js';
import { useTestServers } from './support/test-servers.js';
import { freePort } from '../examples/demo/postgres/postgres.js';

@Resolver()
class ProfileResolver {
  @UseGuards(WxSessionGuard)
  @Query(() => String)
  openid(@CurrentWxUser() user: WechatUser): string {
    return user.openid;
  }
}

/** The fields of a mutation run one after the other. */
@Resolver()
@UseGuards(WxSessionGuard)
class SerialResolver {
  @Mutation(() => String)
  userId(@CurrentWxSession() session: WxSession): string {
    return session.userId;
  }

  @WxPublic()
  @Mutation(() => String, { nullable: true })
  publicUserId(@CurrentWxSession() session: WxSession): string {
    return session.userId;
  }

  @WxPublic()
  @Mutation(() => Boolean)
  async pause(): Promise<boolean> {
    await new Promise((end) => setTimeout(end, 300));
    return true;
  }
}

@WebSocketGateway()
@UseGuards(WxSessionGuard)
class ProfileGateway {
  @WxPublic()
  @SubscribeMessage('public')
  publicUserId(@CurrentWxSession() session: WxSession): object {
    return { event: 'you', data: session.userId };
  }

  @SubscribeMessage('whoami')
  whoAmI(@CurrentWxSession() session: WxSession): object {
    return { event: 'you', data: session.userId };
  }
}

/** Reads the token from each message, not from the connection. */
@Injectable()
class PerMessageGuard extends WxSessionGuard {
  protected override getToken(context: ExecutionContext): string | undefined {
    return context.switchToWs().getData<{ token?: string }>().token;
  }
}

@WebSocketGateway()
class PerMessageGateway {
  @UseGuards(PerMessageGuard)
  @SubscribeMessage('per-message')
  who(@CurrentWxUser() user: WechatUser): string {
    return user.openid;
  }
}

/** Messages over TCP have no headers, so the app overrides getToken. */
@Injectable()
class MessageGuard extends WxSessionGuard {
  protected override getToken(context: ExecutionContext): string | undefined {
    return context.switchToRpc().getData<{ token?: string }>().token;
  }
}

@Controller()
class ProfileMessages {
  @UseGuards(MessageGuard)
  @MessagePattern('whoami')
  whoAmI(): string {
    return 'you';
  }

  @UseGuards(WxSessionGuard)
  @MessagePattern('no-token')
  never(): string {
    return 'never';
  }
}

const refused = (errorCode: string, statusCode = 401): object =>
  expect.objectContaining({
    statusCode,
    errorCode,
    action: 'relogin',
    message: expect.any(String),
  });

describe('WxSessionGuard on other transports', () => {
  const servers = useTestServers();
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let rpc: ClientProxy;
  let token: string;
  let revoked: string;

  beforeAll(async () => {
    const port = await freePort();
    const options = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
    ({ wechat, server } = await servers.all({
      metadata: {
        imports: [
          GraphQLModule.forRoot<ApolloDriverConfig>({
            driver: ApolloDriver,
            autoSchemaFile: true,
            playground: false,
            allowBatchedHttpRequests: true,
          }),
        ],
        controllers: [ProfileMessages],
        providers: [ProfileResolver, SerialResolver, ProfileGateway, PerMessageGateway],
      },
      prepare: (app) => app.connectMicroservice<MicroserviceOptions>(options),
    }));
    await server.app.startAllMicroservices();
    rpc = ClientProxyFactory.create(options);
    token = await logIn(server.url, wechat.issueCode({ openid: 'o-everywhere' }));
    revoked = await logIn(server.url, wechat.issueCode());
    await call('DELETE', `${server.url}/wechat/session`, { token: revoked });
  });

  afterAll(async () => {
    await rpc.close();
  });

  describe('over GraphQL', () => {
    const query = async (bearer?: string): Promise<unknown> =>
      (
        await call('POST', `${server.url}/graphql`, {
          token: bearer,
          body: { query: '{ openid }' },
        })
      ).body;

    it('accepts a session and passes its user to the resolver', async () => {
      expect(await query(token)).toEqual({ data: { openid: 'o-everywhere' } });
    });

    it.each<[string, () => string | undefined, string]>([
      ['no token', () => undefined, 'WX_SESSION_MISSING'],
      ['a wrong token', () => 'wrong', 'WX_SESSION_INVALID'],
      ['an ended session', () => revoked, 'WX_SESSION_REVOKED'],
    ])('refuses %s with a GraphQL error that has our codes', async (_, bearer, errorCode) => {
      expect(await query(bearer())).toMatchObject({
        data: null,
        errors: [
          {
            path: ['openid'],
            extensions: { ...(refused(errorCode) as { sample: object }).sample, code: errorCode },
          },
        ],
      });
    });
  });

  describe('keeps the session of one GraphQL field from a public field', () => {
    const run = (body: unknown): Promise<Answer> =>
      call('POST', `${server.url}/graphql`, { token, body });
    const userId = expect.stringMatching(/^[\da-f-]{36}$/);

    it('[M-10] of the same operation', async () => {
      const { body } = await run({ query: 'mutation { userId publicUserId }' });
      expect(body).toMatchObject({
        data: { userId, publicUserId: null },
        errors: [{ path: ['publicUserId'] }],
      });
    });

    it('[M-10] of another operation of the batch', async () => {
      const { body } = await run([
        { query: 'mutation { userId }' },
        { query: 'mutation { pause publicUserId }' },
      ]);
      expect(body).toMatchObject([
        { data: { userId } },
        { data: { pause: true, publicUserId: null }, errors: [{ path: ['publicUserId'] }] },
      ]);
    });
  });

  describe('over Socket.IO', () => {
    async function ask(options: object): Promise<unknown> {
      const socket: Socket = io(server.url, {
        transports: ['websocket'],
        reconnection: false,
        ...options,
      });
      try {
        return await new Promise((resolve, reject) => {
          socket.on('connect_error', reject);
          socket.on('you', resolve);
          socket.on('exception', resolve);
          socket.emit('whoami', {});
        });
      } finally {
        socket.close();
      }
    }

    it.each<[string, () => object]>([
      ['auth', () => ({ auth: { token } })],
      ['its headers', () => ({ extraHeaders: { authorization: `Bearer ${token}` } })],
    ])('accepts a client with its token in %s', async (_, options) => {
      expect(await ask(options())).toMatch(/^[\da-f-]{36}$/);
    });

    it.each<[string, () => object, string]>([
      ['without a token', () => ({}), 'WX_SESSION_MISSING'],
      ['with a wrong token', () => ({ auth: { token: 'wrong' } }), 'WX_SESSION_INVALID'],
      ['with an ended session', () => ({ auth: { token: revoked } }), 'WX_SESSION_REVOKED'],
    ])(
      'refuses a client %s with an exception that has our codes',
      async (_, options, errorCode) => {
        expect(await ask(options())).toEqual(refused(errorCode));
      },
    );

    it('[M-11] refuses a client with two Authorization headers', async () => {
      // The client of Socket.IO cannot send two headers, so this sends the requests itself.
      const raw = await call('GET', `${server.url}/socket.io/?EIO=4&transport=polling`, {
        headers: { authorization: [`Bearer ${token}`, `Bearer ${revoked}`] },
      });
      expect(raw.status).toBe(200);
      const { sid } = JSON.parse(raw.text.slice(1)) as { sid: string };
      const path = `${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
      await call('POST', path, { body: '40', headers: { 'content-type': 'text/plain' } });
      await call('GET', path);
      const message = '42["whoami",{}]';
      await call('POST', path, { body: message, headers: { 'content-type': 'text/plain' } });
      const { text } = await call('GET', path);
      expect(text).toContain('WX_SESSION_INVALID');
    });

    describe('with one connection', () => {
      let short: string;
      let socket: Socket;

      beforeEach(async () => {
        short = await logIn(server.url, wechat.issueCode());
        socket = io(server.url, { transports: ['websocket'], auth: { token: short } });
      });
      afterEach(() => {
        socket.close();
      });

      const answerTo = (event: string, message: unknown = {}): Promise<unknown> =>
        new Promise((resolve) => {
          socket.once('you', resolve);
          socket.once('exception', resolve);
          socket.emit(event, message);
        });

      it('[M-07] checks the session for every message: after a logout the open connection is refused', async () => {
        expect(await answerTo('whoami')).toEqual(expect.any(String));
        await call('DELETE', `${server.url}/wechat/session`, { token: short });
        expect(await answerTo('whoami')).toEqual(refused('WX_SESSION_REVOKED'));
      });

      it('[M-10] does not show the session of one text message to a public handler of another', async () => {
        expect(await answerTo('whoami', 'text')).toEqual(expect.any(String));
        expect(await answerTo('public', 'text')).toMatchObject({ status: 'error' });
        expect(await answerTo('whoami', 'text')).toEqual(expect.any(String));
        await call('DELETE', `${server.url}/wechat/session`, { token: short });
        expect(await answerTo('whoami', 'text')).toEqual(refused('WX_SESSION_REVOKED'));
        expect(await answerTo('public', 'text')).toMatchObject({ status: 'error' });
      });
    });
  });

  it('[M-10] uses the session of each message if one client sends several', async () => {
    const openids = Array.from({ length: 20 }, (_, i) => `o-message-${String(i)}`);
    const tokens = await Promise.all(
      openids.map((openid) => logIn(server.url, wechat.issueCode({ openid }))),
    );
    const socket = io(server.url, { transports: ['websocket'] });
    const answers = await Promise.all(
      tokens.map((each) => socket.emitWithAck('per-message', { token: each }) as Promise<unknown>),
    );
    socket.close();
    expect(answers).toEqual(openids);
  });

  describe('over RPC', () => {
    const send = (pattern: string, data: object): Promise<unknown> =>
      firstValueFrom(rpc.send<unknown>(pattern, data)).catch((error: unknown) => error);

    it('accepts a session if the app overrides getToken', async () => {
      expect(await send('whoami', { token })).toBe('you');
    });

    it.each<[string, string, () => object, string]>([
      ['without a token', 'whoami', () => ({}), 'WX_SESSION_MISSING'],
      ['with a wrong token', 'whoami', () => ({ token: 'wrong' }), 'WX_SESSION_INVALID'],
      ['with an ended session', 'whoami', () => ({ token: revoked }), 'WX_SESSION_REVOKED'],
      ['on a transport without headers', 'no-token', () => ({}), 'WX_SESSION_MISSING'],
    ])(
      'refuses a message %s with an RpcException that has our codes',
      async (_, pattern, data, code) => {
        expect(await send(pattern, data())).toEqual(refused(code));
      },
    );
  });
});
