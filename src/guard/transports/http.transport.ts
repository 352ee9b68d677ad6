import { isObject } from '../../common/is-object.js';
import { setErrorHeaders } from '../../errors/error-headers.js';
import { bearerTokenOf } from '../bearer-token.js';
import type { Transport } from './transport.js';

/** Node's own request, which Fastify wraps and which middleware and loggers receive. */
export function callOfRequest(request: object): object {
  const raw = (request as { raw?: unknown } | undefined)?.raw;
  return isObject(raw) && 'headers' in raw ? raw : request;
}

export const httpTransport: Transport = {
  callOf: (context) => callOfRequest(context.switchToHttp().getRequest<object>()),
  tokenOf: (context) => bearerTokenOf(context.switchToHttp().getRequest<object>()),
  exceptionOf: (error, context, adapter) => {
    setErrorHeaders(adapter, context.switchToHttp().getResponse(), error);
    return error;
  },
};
