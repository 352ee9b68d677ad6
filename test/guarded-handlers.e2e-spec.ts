import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Scope,
  UseGuards,
  type CanActivate,
  type INestApplication,
  type ModuleMetadata,
  type NestHybridApplicationOptions,
} from '@nestjs/common';
import { APP_GUARD, ModulesContainer } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { firstValueFrom } from 'rxjs';
import { io } from 'socket.io-client';
import { freePort } from '../examples/demo/postgres/postgres.js';
import {
  WechatAuthConfigError,
  WxApp,
  WxOptional,
  WxPublic,
  WxSessionGuard,
} from '../src/index.js';
import { APPID, startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { call } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';

/** Without logins: WeChat is never called. */
const wechatUrl = 'http://127.0.0.1:9';
const globalGuard = { provide: APP_GUARD, useClass: WxSessionGuard };
const missing = { statusCode: 401, errorCode: 'WX_SESSION_MISSING' };

@Injectable()
class OwnGuard extends WxSessionGuard {}

@Injectable()
class AnyoneGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller()
class BareMessages {
  @MessagePattern('list')
  list(): string {
    return 'in';
  }

  @EventPattern({ event: 'created' })
  created(): void {}

  @WxPublic()
  @MessagePattern('ping')
  ping(): string {
    return 'pong';
  }

  @UseGuards(OwnGuard)
  @MessagePattern('guarded')
  guarded(): void {}
}

@UseGuards(WxSessionGuard)
@Controller()
class GuardedMessages {
  @MessagePattern('list')
  list(): void {}
}

@WxPublic()
@Controller()
class OpenMessages {
  @MessagePattern('ping')
  ping(): string {
    return 'pong';
  }
}

@Controller({ scope: Scope.REQUEST })
class RequestScopedMessages {
  @MessagePattern('scoped')
  scoped(): string {
    return 'in';
  }
}

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('say')
  say(): string {
    return 'in';
  }
}

describe.each(platforms)('handlers over $name', (platform) => {
  let database: TestDatabase;
  const running: ListeningApp[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const { app } of running.splice(0)) await app.close();
  });
  afterAll(() => database.drop());

  const start = async (
    metadata: ModuleMetadata,
    prepare?: (app: INestApplication) => void,
  ): Promise<ListeningApp> => {
    const server = await startApp({
      platform,
      databaseUrl: database.url,
      wechatUrl,
      metadata,
      ...(prepare && { prepare }),
    });
    running.push(server);
    return server;
  };

  it('[M-12] of a class with @WxApp are guarded, although it extends one with @WxPublic', async () => {
    @WxPublic()
    @Controller('open')
    class OpenController {
      @Get()
      get(): string {
        return 'in';
      }
    }
    @WxApp(APPID)
    @Controller('tied')
    class TiedController extends OpenController {}

    const controllers = [OpenController, TiedController];
    const { url } = await start({ controllers, providers: [globalGuard] });
    expect((await call('GET', `${url}/open`)).text).toBe('in');
    expect((await call('GET', `${url}/tied`)).body).toMatchObject(missing);
  });

  it('[M-12] with @WxPublic and either @WxApp or @WxOptional at once keep the app from starting', async () => {
    @WxApp(APPID)
    @WxPublic()
    abstract class Both {}
    @Controller()
    @UseGuards(WxSessionGuard)
    class BothController extends Both {
      @WxApp(APPID)
      @WxPublic()
      @Get('both')
      get(): void {}

      @WxOptional()
      @WxPublic()
      @Get('optional')
      optional(): void {}
    }
    @Injectable()
    class BothResolver extends Both {}

    const started = start({ controllers: [BothController], providers: [BothResolver] });
    await expect(started).rejects.toBeInstanceOf(WechatAuthConfigError);
    await expect(started).rejects.toMatchObject({
      problems: [
        'Both has both @WxPublic() and @WxApp(), which exclude each other: keep one.',
        'BothController.get has both @WxPublic() and @WxApp(), which exclude each other: keep one.',
        'BothController.optional has both @WxPublic() and @WxOptional(), which exclude each other: keep one.',
      ],
    });
  });

  describe('of a microservice that is connected to an app with a global guard', () => {
    interface Hybrid {
      controllers?: ModuleMetadata['controllers'];
      hybrid?: NestHybridApplicationOptions;
      providers?: ModuleMetadata['providers'];
      prepare?: (app: INestApplication) => void;
    }

    /** @returns a function that sends it a message. */
    const listen = async ({
      controllers = [BareMessages],
      hybrid,
      providers = [globalGuard],
      prepare,
    }: Hybrid): Promise<(pattern: string) => Promise<unknown>> => {
      const options = {
        transport: Transport.TCP,
        options: { host: '127.0.0.1', port: await freePort() },
      } as const;
      const { app } = await start({ controllers, providers }, (nest) => {
        prepare?.(nest);
        nest.connectMicroservice<MicroserviceOptions>(options, hybrid);
      });
      await app.startAllMicroservices();
      return async (pattern) => {
        const client = ClientProxyFactory.create(options);
        try {
          return await firstValueFrom(client.send<unknown>(pattern, {}));
        } catch (error) {
          return error;
        } finally {
          await client.close();
        }
      };
    };

    const isRefused = async (test: Hybrid, ...names: string[]): Promise<void> => {
      const listening = listen(test);
      await expect(listening).rejects.toBeInstanceOf(WechatAuthConfigError);
      await expect(listening).rejects.toMatchObject({
        problems: names.map((name): unknown =>
          expect.stringMatching(
            new RegExp(`^${name} is not reached by the global WxSessionGuard.*inheritAppConfig`),
          ),
        ),
      });
    };

    it('[M-12] keep it from listening without the config of the app', async () => {
      await isRefused({}, 'BareMessages.list', 'BareMessages.created');
    });

    it('are guarded with the config of the app', async () => {
      const send = await listen({ hybrid: { inheritAppConfig: true } });
      expect(await send('list')).toMatchObject(missing);
      expect(await send('ping')).toBe('pong');
    });

    it('are guarded if the app has other global guards too', async () => {
      const providers = [{ provide: APP_GUARD, useClass: AnyoneGuard }, globalGuard];
      const send = await listen({ providers, hybrid: { inheritAppConfig: true } });
      expect(await send('list')).toMatchObject(missing);
      await isRefused({ providers }, 'BareMessages.list', 'BareMessages.created');
    });

    it('are distinguished from those of a microservice with the config of the app', async () => {
      const other = { transport: Transport.TCP, options: { port: await freePort() } } as const;
      const prepare = (app: INestApplication): void => {
        app.connectMicroservice<MicroserviceOptions>(other, { inheritAppConfig: true });
      };
      await isRefused({ prepare }, 'BareMessages.list', 'BareMessages.created');
    });

    it('are included if they are built late', async () => {
      const deferInitialization = true;
      await isRefused(
        { hybrid: { deferInitialization } },
        'BareMessages.list',
        'BareMessages.created',
      );
      const send = await listen({ hybrid: { deferInitialization, inheritAppConfig: true } });
      expect(await send('list')).toMatchObject(missing);
    });

    it('are included if they are request-scoped', async () => {
      const controllers = [RequestScopedMessages, BareMessages];
      const scoped = 'RequestScopedMessages.scoped';
      await isRefused({ controllers }, scoped, 'BareMessages.list', 'BareMessages.created');
      const send = await listen({ controllers, hybrid: { inheritAppConfig: true } });
      expect(await send('scoped')).toMatchObject(missing);
    });

    it('are included if the guard extends WxSessionGuard, becomes global in main.ts, or is request-scoped', async () => {
      const providers = [{ provide: APP_GUARD, useClass: OwnGuard }];
      await isRefused({ providers }, 'BareMessages.list', 'BareMessages.created');
      const prepare = (app: INestApplication): void => {
        app.useGlobalGuards(app.get(WxSessionGuard));
      };
      await isRefused({ providers: [], prepare }, 'BareMessages.list', 'BareMessages.created');
      const scoped = [{ provide: APP_GUARD, scope: Scope.REQUEST, useClass: OwnGuard }];
      await isRefused({ providers: scoped }, 'BareMessages.list', 'BareMessages.created');
    });

    it('need their own guard on a Nest that does not expose its microservices', async () => {
      const { getRpcTargetRegistry } = ModulesContainer.prototype;
      Reflect.deleteProperty(ModulesContainer.prototype, 'getRpcTargetRegistry');
      try {
        const hybrid = { inheritAppConfig: true };
        await isRefused({ hybrid }, 'BareMessages.list', 'BareMessages.created');
        await listen({ hybrid, controllers: [GuardedMessages, OpenMessages] });
      } finally {
        Object.assign(ModulesContainer.prototype, { getRpcTargetRegistry });
      }
    });

    it('may have their own guard, or be public', async () => {
      await listen({ controllers: [GuardedMessages, OpenMessages] });
    });

    it('are not checked if WxSessionGuard is not global', async () => {
      const send = await listen({ providers: [] });
      expect(await send('list')).toBe('in');
    });
  });

  it('of a gateway are guarded by a global guard on this version of Nest', async () => {
    const { url } = await start({ providers: [globalGuard, ChatGateway] });
    const socket = io(url, { transports: ['websocket'] });
    const refusal = await new Promise((resolve) => {
      socket.on('exception', resolve);
      socket.emit('say', {}, resolve);
    });
    socket.close();
    expect(refusal).toMatchObject(missing);
  });
});
