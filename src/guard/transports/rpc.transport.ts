import { readBearer } from '../bearer-token.js';
import type { Transport } from './transport.js';

/** The metadata of gRPC; the contexts of other transports have no headers. */
interface Metadata {
  get?: (name: string) => unknown;
}

export const rpcTransport: Transport = {
  callOf: (context) => context.switchToRpc().getContext<object>(),
  tokenOf: (context) => {
    const metadata = context.switchToRpc().getContext<Metadata>();
    const values = typeof metadata.get === 'function' ? metadata.get('authorization') : undefined;
    if (!Array.isArray(values)) return undefined;
    return values.length > 1 ? '' : readBearer(values[0]);
  },
  exceptionOf: async (error) => {
    const { RpcException } = await import('@nestjs/microservices');
    return new RpcException(error.getResponse());
  },
};
