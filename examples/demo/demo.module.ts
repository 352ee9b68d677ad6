import {
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { DemoController, SANDBOX_URL } from './demo.controller.js';
import { EnvelopeFilter } from './envelope/envelope.filter.js';
import { EnvelopeInterceptor } from './envelope/envelope.interceptor.js';
import type { Environment } from './environment.js';
import { HttpSteps } from './steps/http.steps.js';
import { PostgresSteps } from './steps/postgres.steps.js';
import { ServerSteps } from './steps/server.steps.js';
import { StepsController } from './steps/steps.controller.js';
import { Steps } from './steps/steps.js';
import { WechatSteps } from './steps/wechat.steps.js';

/** The app, and the page that shows its steps. */
@Module({
  controllers: [DemoController, StepsController],
  providers: [
    ...[Steps, HttpSteps, WechatSteps, PostgresSteps, ServerSteps],
    { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
    { provide: APP_FILTER, useClass: EnvelopeFilter },
  ],
})
export class DemoModule implements NestModule {
  static with({ databaseUrl, wechat, sandbox }: Environment): DynamicModule {
    return {
      module: DemoModule,
      imports: [AppModule.with(databaseUrl, wechat)],
      providers: [{ provide: SANDBOX_URL, useValue: sandbox?.url ?? null }],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(HttpSteps).forRoutes('{*path}');
  }
}
