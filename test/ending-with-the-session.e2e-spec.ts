import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Sse, UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import { PubSub } from 'graphql-subscriptions';
import { createClient } from 'graphql-ws';
import { fromEvent, map, takeUntil, timer, type Observable } from 'rxjs';
import type { Server, Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import {
  CurrentWxSession,
  SessionsService,
  WxSessionGuard,
  type SessionEnd,
  type WxSession,
} from '../src/index.js';
import { WechatSandbox } from '../src/testing/index.js';
import { startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call, logIn } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';

/** Server-sent events. */
@Controller()
class NewsController {
  constructor(private readonly sessions: SessionsService) {}

  @UseGuards(WxSessionGuard)
  @Sse('news')
  news(@CurrentWxSession() session: WxSession): Observable<{ data: string }> {
    return timer(0, 100).pipe(
      map((i) => ({ data: `news ${String(i)}` })),
      takeUntil(this.sessions.ended(session)),
    );
  }
}

/** Socket.IO: a client needs a session, and is disconnected when it ends. */
@WebSocketGateway()
class NewsGateway implements OnGatewayInit<Server>, OnGatewayConnection<NewsSocket> {
  constructor(private readonly sessions: SessionsService) {}

  afterInit(server: Server): void {
    server.use((socket: NewsSocket, next) => {
      this.sessions.verify(String(socket.handshake.auth.token)).then((session) => {
        socket.data.session = session;
        next();
      }, next);
    });
  }

  handleConnection(socket: NewsSocket): void {
    this.sessions
      .ended(socket.data.session)
      .pipe(takeUntil(fromEvent(socket, 'disconnect')))
      .subscribe(() => socket.disconnect(true));
  }
}

type NewsSocket = Socket<object, object, object, { session: WxSession }>;

/** A GraphQL subscription. */
@Resolver()
class NewsResolver {
  readonly pubSub = new PubSub();

  constructor(private readonly sessions: SessionsService) {}

  @Query(() => String)
  latest(): string {
    return 'news';
  }

  @UseGuards(WxSessionGuard)
  @Subscription(() => String)
  news(@CurrentWxSession() session: WxSession): AsyncIterableIterator<unknown> {
    return endWith(this.pubSub.asyncIterableIterator('news'), this.sessions.ended(session));
  }
}

/** Ends a subscription with its session, and stops watching with the subscription. */
function endWith(
  events: ReturnType<PubSub['asyncIterableIterator']>,
  ended: Observable<SessionEnd>,
): AsyncIterableIterator<unknown> {
  const watch = ended.subscribe(() => void events.return());
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => events.next(),
    return: () => {
      watch.unsubscribe();
      return events.return();
    },
  };
}

/** The source of the GraphQL context: a request, or the first message of a WebSocket client. */
interface Opening {
  req?: object;
  connectionParams?: object;
}

const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
  driver: ApolloDriver,
  autoSchemaFile: true,
  playground: false,
  subscriptions: { 'graphql-ws': true },
  context: ({ req, connectionParams }: Opening) => ({ req: req ?? { headers: connectionParams } }),
});

describe.each(platforms)('over $name, what a session has opened', (platform) => {
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let other: ListeningApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    wechat = await WechatSandbox.start();
    const test = { platform, databaseUrl: database.url, wechatUrl: wechat.url };
    const isExpress = platform.name === 'Express';
    server = await startApp({
      ...test,
      metadata: {
        imports: isExpress ? [graphql] : [],
        controllers: [NewsController],
        providers: [NewsGateway, ...(isExpress ? [NewsResolver] : [])],
      },
    });
    other = await startApp(test);
  });
  afterAll(async () => {
    await server.app.close();
    await other.app.close();
    await wechat.close();
    await database.drop();
  });

  const newToken = (): Promise<string> => logIn(server.url, wechat.issueCode());
  /** On another instance. @returns how long `ended` takes after that, in seconds. */
  const logOut = async (token: string, ended: Promise<unknown>): Promise<number> => {
    const { status } = await call('DELETE', `${other.url}/wechat/session`, { token });
    expect(status).toBe(204);
    const start = performance.now();
    await ended;
    return (performance.now() - start) / 1000;
  };

  it('[M-28] as server-sent events ends within ten seconds of a logout', async () => {
    const token = await newToken();
    const stream = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      request(`${server.url}/news`, { headers }, resolve).on('error', reject).end();
    });
    const heard: string[] = [];
    stream.setEncoding('utf8').on('data', (text: string) => heard.push(text));
    const end = new Promise((resolve) => stream.on('end', resolve));
    expect(await logOut(token, end)).toBeLessThan(10);
    expect(heard.join('')).toContain('data: news 3');
  });

  it('[M-28] as a Socket.IO connection ends within ten seconds of a logout', async () => {
    const token = await newToken();
    const socket = io(server.url, { transports: ['websocket'], auth: { token } });
    await new Promise((resolve) =>
      socket.on('connect', () => {
        resolve(undefined);
      }),
    );
    const end = new Promise((resolve) => socket.on('disconnect', resolve));
    expect(await logOut(token, end)).toBeLessThan(10);
    expect(await end).toBe('io server disconnect');
    const refused = new Promise((resolve) => socket.once('connect_error', resolve));
    socket.connect();
    expect(await refused).toMatchObject({ message: expect.stringContaining('session has ended') });
    socket.close();
  });

  if (platform.name !== 'Express') return;

  it('[M-28] as a GraphQL subscription ends within ten seconds of a logout', async () => {
    const token = await newToken();
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    const news = client.iterate<{ news: string }>({ query: 'subscription { news }' });
    const { pubSub } = server.app.get(NewsResolver);
    const publishing = setInterval(() => void pubSub.publish('news', { news: 'news' }), 100);
    expect(await news.next()).toMatchObject({ value: { data: { news: 'news' } } });
    const end = (async () => {
      while ((await news.next()).done !== true);
    })();
    expect(await logOut(token, end)).toBeLessThan(10);
    clearInterval(publishing);
    const again = client.iterate({ query: 'subscription { news }' });
    expect(await again.next()).toMatchObject({
      value: { errors: [{ extensions: { code: 'WX_SESSION_REVOKED' } }] },
    });
    await client.dispose();
  });
});
