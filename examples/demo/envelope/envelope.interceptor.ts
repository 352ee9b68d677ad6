import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { wantsEnvelope, type Envelope } from './envelope.js';

/** Puts responses into an envelope. */
@Injectable()
export class EnvelopeInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!wantsEnvelope(context)) return next.handle();
    return next.handle().pipe(map((data: unknown): Envelope => ({ code: 0, data, message: 'ok' })));
  }
}
