import type { ArgumentsHost } from '@nestjs/common';
import { bearerTokenOf } from '../bearer-token.js';
import type { Transport } from './transport.js';

/** The first argument that is an object: in most transports the request or event. */
const callOf = (context: ArgumentsHost): object =>
  context.getArgs<unknown[]>().find((arg) => typeof arg === 'object' && arg !== null) ?? context;

/** Any other kind of context: bots, queues, custom strategies. */
export const otherTransport: Transport = {
  callOf,
  tokenOf: (context) => bearerTokenOf(callOf(context)),
  exceptionOf: (error) => error,
};
