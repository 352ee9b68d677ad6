import { Catch, HttpException, HttpStatus, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { wantsEnvelope, type Envelope } from './envelope.js';

/** Errors in an envelope, with status 200. The headers stay, and with them `Wx-Error`. */
@Catch()
export class EnvelopeFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.httpAdapterHost ?? {};
    if (!httpAdapter || !wantsEnvelope(host)) {
      super.catch(error, host);
      return;
    }
    const code =
      error instanceof HttpException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
    const envelope: Envelope = { code, data: null, message: 'failed' };
    const response: unknown = host.switchToHttp().getResponse();
    httpAdapter.reply(response, envelope, HttpStatus.OK);
  }
}
