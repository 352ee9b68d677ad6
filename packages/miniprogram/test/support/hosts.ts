import {
  Catch,
  HttpException,
  Injectable,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import type { WxSessionOptions } from '../../src/index.js';

/** `{ code, data, message }`, as in many Chinese back ends. */
@Injectable()
class EnvelopeInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<object> {
    return next.handle().pipe(map((data: unknown) => ({ code: 0, data, message: 'ok' })));
  }
}

/** Every error in the same envelope, with its status or with 200. */
@Catch()
class EnvelopeFilter implements ExceptionFilter {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly statusOf: (status: number) => number,
  ) {}

  catch(error: Error, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    const body = { code: status, data: null, message: '操作失败' };
    const response: unknown = host.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.reply(response, body, this.statusOf(status));
  }
}

const filter = (app: INestApplication, statusOf: (status: number) => number): void => {
  app.useGlobalFilters(new EnvelopeFilter(app.get(HttpAdapterHost), statusOf));
};
const envelope = (app: INestApplication): void => {
  app.useGlobalInterceptors(new EnvelopeInterceptor());
};
const unwrap: WxSessionOptions['unwrap'] = ({ data }) => data.data;

export interface Host {
  readonly host: string;
  readonly prepare: (app: INestApplication) => void;
  /** The options of the client for it. */
  readonly client: Partial<WxSessionOptions>;
}

const plain: Host = { host: 'a plain host', prepare: () => undefined, client: {} };

export const keepsStatus: Host = {
  host: 'an envelope, and a filter that keeps the status',
  prepare: (app) => {
    envelope(app);
    filter(app, (status) => status);
  },
  client: { unwrap },
};

const answers200: Host = {
  host: 'an envelope, and a filter that answers everything with 200',
  prepare: (app) => {
    envelope(app);
    filter(app, () => 200);
  },
  client: { unwrap },
};

/** How apps change our responses. */
export const hosts: readonly Host[] = [
  plain,
  { host: 'an envelope around all but errors', prepare: envelope, client: { unwrap } },
  keepsStatus,
  answers200,
  {
    host: 'a filter that answers errors with 200',
    prepare: (app) => {
      filter(app, () => 200);
    },
    client: {},
  },
];
