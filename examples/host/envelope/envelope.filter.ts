import {
  Catch,
  HttpException,
  InternalServerErrorException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Errors over HTTP as `{ code, data: null, message }`. The headers stay, and with them `Wx-Error`. */
@Catch()
export class EnvelopeFilter implements ExceptionFilter {
  private readonly logger = new Logger('EnvelopeFilter');

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): unknown {
    if (!(error instanceof HttpException)) this.logger.error(error);
    // GraphQL puts what a filter returns into the errors of its response.
    if (host.getType() !== 'http') return error;
    const shown = error instanceof HttpException ? error : new InternalServerErrorException();
    const code = shown.getStatus();
    const envelope = { code, data: null, message: shown.message };
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), envelope, code);
    return undefined;
  }
}
