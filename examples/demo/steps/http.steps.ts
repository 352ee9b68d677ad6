import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type NestMiddleware } from '@nestjs/common';
import { shownFields } from './shown-fields.js';
import { Steps } from './steps.js';

type Request = IncomingMessage & { originalUrl: string; body?: unknown };
type Response = ServerResponse & { json: (body: unknown) => unknown };

/** Mini program and server: the requests that name their run. */
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

  /** The page itself reports what it sends, so this is known even without a response. */
  private record(request: Request, response: Response): void {
    const name = `${request.method ?? ''} ${request.originalUrl.split('?')[0] ?? ''}`;
    const end = this.steps.ending({ name, from: 'miniprogram', to: 'server' });
    let answer: unknown;
    const { json } = response;
    response.json = (body) => {
      answer = body;
      return json.call(response, body);
    };
    response.once('finish', () => {
      end(shownAnswer(response, answer), isRefusal(response));
    });
  }
}

/** An envelope may hide the status, but not the header. */
const isRefusal = (response: Response): boolean =>
  response.statusCode >= 400 || response.hasHeader('wx-error');

function shownAnswer(response: Response, answer: unknown): Record<string, string> {
  const { statusCode: status } = response;
  const { errorCode, action, ...fields } = shownFields(answer);
  return {
    status: String(status),
    ...(status < 400
      ? { ...fields, ...header(response, 'Wx-Error') }
      : { ...(errorCode && { errorCode }), ...(action && { action }) }),
    ...header(response, 'Retry-After'),
  };
}

function header(response: Response, name: string): Record<string, string> {
  const value = response.getHeader(name);
  return value === undefined ? {} : { [name]: String(value) };
}
