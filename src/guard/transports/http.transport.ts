import { setErrorHeaders } from '../../errors/error-headers.js';
import { bearerTokenOf } from '../bearer-token.js';
import type { Transport } from './transport.js';

export const httpTransport: Transport = {
  callOf: (context) => context.switchToHttp().getRequest<object>(),
  tokenOf: (context) => bearerTokenOf(context.switchToHttp().getRequest<object>()),
  exceptionOf: (error, context, adapter) => {
    setErrorHeaders(adapter, context.switchToHttp().getResponse(), error);
    return error;
  },
};
