import { createSecretKey } from 'node:crypto';
import {
  Module,
  type DynamicModule,
  type INestApplication,
  type INestApplicationContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WechatAuthModule } from '../../src/index.js';
import type { Settings } from '../settings.js';
import { GuardsController } from './guards.controller.js';
import { CAREFUL_JWT } from './jwt.guards.js';
import { ClaimsStrategy, JWT_SECRET, UserStrategy } from './passport.strategies.js';
import { PlainUser } from './plain-user.entity.js';

@Module({})
class AppModule {}

/** The library as in its README, and the alternatives that it is compared with. */
function moduleOf({ app, databaseUrl: url, ...settings }: Settings): DynamicModule {
  const { wechatUrl, jwtSecret, poolSize = 10 } = settings;
  const secret = createSecretKey(Buffer.from(jwtSecret));
  const algorithm = 'HS256';
  const signOptions = { expiresIn: '2h', algorithm } as const;
  const careful = new JwtService({
    secret,
    signOptions,
    verifyOptions: { algorithms: [algorithm] },
  });
  return {
    module: AppModule,
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url, autoLoadEntities: true, poolSize }),
      TypeOrmModule.forFeature([PlainUser]),
      WechatAuthModule.forRoot({
        ...app,
        session: { secret: jwtSecret },
        encryptionSecret: jwtSecret,
        wechat: { baseUrl: wechatUrl },
      }),
      JwtModule.register({ secret: jwtSecret }),
      PassportModule,
    ],
    controllers: [GuardsController],
    providers: [
      { provide: CAREFUL_JWT, useValue: careful },
      { provide: JWT_SECRET, useValue: jwtSecret },
      ClaimsStrategy,
      UserStrategy,
    ],
  };
}

const options = { logger: ['error' as const, 'warn' as const] };

export async function createApp(settings: Settings): Promise<INestApplication> {
  const module = moduleOf(settings);
  return settings.platform === 'Express'
    ? NestFactory.create(module, new ExpressAdapter(), options)
    : NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), options);
}

/** The services, without a server. */
export const createContext = (settings: Settings): Promise<INestApplicationContext> =>
  NestFactory.createApplicationContext(moduleOf(settings), options);
