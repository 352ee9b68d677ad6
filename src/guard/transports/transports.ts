import type { ArgumentsHost } from '@nestjs/common';
import { graphqlTransport } from './graphql.transport.js';
import { httpTransport } from './http.transport.js';
import { otherTransport } from './other.transport.js';
import { rpcTransport } from './rpc.transport.js';
import type { Transport } from './transport.js';
import { webSocketsTransport } from './websockets.transport.js';

/** By the type that Nest gives the context. */
const TRANSPORTS: ReadonlyMap<string, Transport> = new Map([
  ['http', httpTransport],
  ['graphql', graphqlTransport],
  ['ws', webSocketsTransport],
  ['rpc', rpcTransport],
]);

export const transportOf = (context: ArgumentsHost): Transport =>
  TRANSPORTS.get(context.getType()) ?? otherTransport;
