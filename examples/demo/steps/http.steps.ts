import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type NestMiddleware } from '@nestjs/common';
import { DOTS, shownFields } from './shown-fields.js';
import { Steps } from './steps.js';

type Request = IncomingMessage & { originalUrl: string; body?: unknown };
type Response = ServerResponse & { json: (body: unknown) => unknown };

/** Mini program and server: the requests that name the run they belong to. */
@Injectable()
export class HttpSteps implements NestMiddleware<Request, Response> {
  constructor(private readonly steps: Steps) {}

  use(request: Request, response: Response, next: () => void): void {
    const run = request.headers['x-demo-run'];
    if (typeof run !== 'string' || !/^[\da-f]{32}\.\d{1,6}$/.test(run)) {
      next();
      return;
    }
    this.steps.during(run, () => {
      this.record(request, response);
      next();
    });
  }

  private record(request: Request, response: Response): void {
    const name = `${request.method ?? ''} ${request.originalUrl.split('?')[0] ?? ''}`;
    const end = this.steps.begin(name, 'miniprogram', 'server', {
      ...('authorization' in request.headers && { Authorization: `Bearer ${DOTS}` }),
      ...shownFields(request.body),
    });
    let answer: unknown;
    const { json } = response;
    response.json = (body) => {
      answer = body;
      return json.call(response, body);
    };
    response.once('finish', () => {
      const { statusCode: status } = response;
      const { errorCode, action, ...fields } = shownFields(answer);
      const retryAfter = response.getHeader('retry-after');
      const shown =
        status < 400 ? fields : { ...(errorCode && { errorCode }), ...(action && { action }) };
      end(
        {
          status: String(status),
          ...shown,
          ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
        },
        status >= 400,
      );
    });
  }
}
