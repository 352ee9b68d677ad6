// An app with global guards and a throttler, in a separate process: @nestjs/throttler is a CommonJS
// module that requires the ES modules of Nest, which Jest cannot do on all versions of Node. It prints
// its URL, and closes when its standard input ends.
import 'reflect-metadata';
import {
  Controller,
  Get,
  Injectable,
  UseGuards,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import {
  CurrentWxSession,
  WxOptional,
  WxPublic,
  WxSessionGuard,
  wxSessionOf,
} from '../../src/index.js';
import { startApp } from './app.js';
import { platforms } from './platforms.js';
import { QueryCount } from './query-count.js';
import { AdminRoutes, AdminsController, Roles, RolesGuard } from './roles.js';

const queries = new QueryCount();

/** The users in an interceptor, and in middleware after the response was sent. */
const seen = { interceptor: [] as unknown[], middleware: [] as unknown[] };

/** The throttler of the documentation. */
@Injectable()
class UserThrottlerGuard extends ThrottlerGuard {
  protected override async getTracker(request: Record<string, unknown>): Promise<string> {
    return wxSessionOf(request)?.userId ?? super.getTracker(request);
  }
}

@Injectable()
class AuditInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
    seen.interceptor.push(wxSessionOf(context)?.userId);
    return next.handle();
  }
}

@Controller('global')
class GlobalController extends AdminRoutes {
  @Roles(['admin', 'user'])
  @Throttle({ default: { limit: 2, ttl: 60_000 } })
  @Get('limited')
  limited(@CurrentWxSession('userId') userId: string): object {
    return { userId };
  }

  @WxOptional()
  @Roles(['admin', 'user'])
  @Get('optional')
  optional(): string {
    return 'in';
  }
}

@Controller('role-on-controller')
@UseGuards(RolesGuard)
class RoleOnControllerController extends AdminRoutes {}

/** The events since the last call. */
@WxPublic()
@Controller('report')
class ReportController {
  @Get()
  report(): object {
    const report = {
      statements: queries.count,
      interceptor: seen.interceptor.splice(0),
      middleware: seen.middleware.splice(0),
    };
    queries.count = 0;
    return report;
  }
}

const [databaseUrl = '', wechatUrl = '', name] = process.argv.slice(2);
const { app, url } = await startApp({
  platform: platforms.find((each) => each.name === name) ?? platforms[0],
  databaseUrl,
  wechatUrl,
  metadata: {
    imports: [ThrottlerModule.forRoot([{ limit: 1000, ttl: 60_000 }])],
    controllers: [AdminsController, GlobalController, RoleOnControllerController, ReportController],
    providers: [
      { provide: APP_GUARD, useClass: WxSessionGuard },
      { provide: APP_GUARD, useClass: UserThrottlerGuard },
      { provide: APP_GUARD, useClass: RolesGuard },
      { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
    ],
  },
  typeOrm: { logger: queries, logging: ['query'] },
  prepare: (nest) => {
    // Over Fastify this is Node's own request, which loggers such as nestjs-pino have.
    nest.use((request: object, response: NodeJS.EventEmitter, next: () => void) => {
      response.once('finish', () => seen.middleware.push(wxSessionOf(request)?.userId));
      next();
    });
  },
});
process.stdin.once('end', () => void app.close()).resume();
process.stdout.write(`${url}\n`);
