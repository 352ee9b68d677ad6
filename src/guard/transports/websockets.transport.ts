import type { ArgumentsHost } from '@nestjs/common';
import { isObject } from '../../common/is-object.js';
import { bearerTokenOf } from '../bearer-token.js';
import type { Transport } from './transport.js';

/** A client of Socket.IO, and the request that opened its connection. */
interface Client {
  handshake?: { auth?: { token?: unknown } };
  request?: object;
}

const messageOf = (context: ArgumentsHost): unknown => context.switchToWs().getData();

/** A client may send several messages at once. A message that is not an object stores nothing. */
export const webSocketsTransport: Transport = {
  callOf: (context) => {
    const message = messageOf(context);
    return isObject(message) ? message : context.switchToWs().getClient<object>();
  },
  isShared: (context) => !isObject(messageOf(context)),
  tokenOf: (context) => {
    const { handshake, request = {} } = context.switchToWs().getClient<Client>();
    const token = handshake?.auth?.token;
    return typeof token === 'string' && token !== '' ? token : bearerTokenOf(request);
  },
  exceptionOf: async (error) => {
    const { WsException } = await import('@nestjs/websockets');
    return new WsException(error.getResponse());
  },
};
