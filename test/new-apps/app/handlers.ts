// Apps with a global guard and handlers beyond HTTP, on the Nest version of this folder.
import 'reflect-metadata';
import { createServer, type AddressInfo } from 'node:net';
import { Controller, Module, UseGuards, type INestApplication, type Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  WechatAuthModule,
  wechatAuthMigrations,
  WxPublic,
  WxSessionGuard,
} from 'nestjs-wechat-auth';
import { io } from 'socket.io-client';

@WebSocketGateway()
class BareGateway {
  @SubscribeMessage('say')
  say(): string {
    return 'in';
  }
}

@WebSocketGateway()
class GuardedGateway {
  @UseGuards(WxSessionGuard)
  @SubscribeMessage('say')
  say(): string {
    return 'in';
  }

  @WxPublic()
  @SubscribeMessage('ping')
  ping(): string {
    return 'pong';
  }
}

@Controller()
class BareMessages {
  @MessagePattern('list')
  list(): string {
    return 'in';
  }
}

async function start(handlers: Type, prepare?: (app: INestApplication) => void) {
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: process.env['DATABASE_URL'] ?? '',
        autoLoadEntities: true,
        migrations: wechatAuthMigrations,
        migrationsRun: true,
      }),
      WechatAuthModule.forRoot({
        appid: 'wx4f4bc4dec97d474b',
        secret: 'c4c1f5d0a2b3948576e0f1d2c3b4a596',
      }),
    ],
    controllers: handlers === BareMessages ? [handlers] : [],
    providers: [
      { provide: APP_GUARD, useClass: WxSessionGuard },
      ...(handlers === BareMessages ? [] : [handlers]),
    ],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  await app.startAllMicroservices();
  return app;
}

/** The response to a client without a token, or the reason why the app does not start. */
async function outcomeOf(
  handlers: Type,
  prepare?: (app: INestApplication) => void,
): Promise<unknown> {
  try {
    const app = await start(handlers, prepare);
    const socket = io(await app.getUrl(), { transports: ['websocket'] });
    const heard =
      handlers === BareMessages
        ? 'starts'
        : await new Promise((resolve) => {
            socket.on('exception', ({ errorCode }: { errorCode: string }) => resolve(errorCode));
            socket.emit('say', {}, resolve);
          });
    socket.close();
    await app.close();
    return heard;
  } catch (error) {
    const { name, problems } = error as { name: string; problems: string[] };
    return { name, problems };
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function main(): Promise<void> {
  const port = await freePort();
  const connect = (inheritAppConfig: boolean) => (app: INestApplication) => {
    app.connectMicroservice(
      { transport: Transport.TCP, options: { host: '127.0.0.1', port } },
      { inheritAppConfig },
    );
  };
  const outcomes = {
    bareGateway: await outcomeOf(BareGateway),
    guardedGateway: await outcomeOf(GuardedGateway),
    alone: await outcomeOf(BareMessages, connect(false)),
    inheriting: await outcomeOf(BareMessages, connect(true)),
  };
  process.stdout.write(`${JSON.stringify(outcomes)}\n`, () => process.exit());
}

void main();
