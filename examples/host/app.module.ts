import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WechatAuthModule, wechatAuthMigrations } from '../../src/index.js';
import { AccessModule } from './access/access.module.js';
import { Accounts } from './accounts/accounts.js';
import { AccountsModule } from './accounts/accounts.module.js';
import { AuditModule } from './audit/audit.module.js';
import { EnvelopeFilter } from './envelope/envelope.filter.js';
import { EnvelopeInterceptor } from './envelope/envelope.interceptor.js';
import { CreateHost1764374400000 } from './migrations/1764374400000-create-host.js';
import { SHOP, STAFF } from './mini-programs.js';
import { OrdersController } from './orders/orders.controller.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    TypeOrmModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        type: 'postgres',
        url: config.getOrThrow<string>('DATABASE_URL'),
        autoLoadEntities: true,
        migrations: [...wechatAuthMigrations, CreateHost1764374400000],
        migrationsRun: true,
        logging: config.get('LOG_SQL') === 'true' ? ['query'] : ['error'],
      }),
    }),
    WechatAuthModule.forRootAsync({
      loginHook: Accounts,
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        apps: [
          { appid: SHOP, secret: config.getOrThrow<string>('SHOP_SECRET') },
          { appid: STAFF, secret: config.getOrThrow<string>('STAFF_SECRET') },
        ],
        wechat: { baseUrl: config.get<string>('WECHAT_BASE_URL') },
      }),
    }),
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      includeStacktraceInErrorResponses: false,
      // Express passes both in one object, Fastify one after the other. The throttler needs both.
      context: (request: object, response?: object) =>
        response ? { req: request, res: response } : request,
    }),
    AccountsModule,
    AccessModule,
    AuditModule,
  ],
  controllers: [OrdersController],
  providers: [
    { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
    { provide: APP_FILTER, useClass: EnvelopeFilter },
  ],
})
export class AppModule {}
