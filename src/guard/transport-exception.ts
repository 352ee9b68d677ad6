import type { WechatAuthError } from '../errors/wechat-auth.error.js';

/**
 * The error in the words of a transport that has exceptions of its own. The packages are there
 * where their transport is; nobody else needs them.
 */
export async function transportException(type: string, error: WechatAuthError): Promise<Error> {
  const body = error.getResponse();
  switch (type) {
    case 'ws': {
      const { WsException } = await import('@nestjs/websockets');
      return new WsException(body);
    }
    case 'rpc': {
      const { RpcException } = await import('@nestjs/microservices');
      return new RpcException(body);
    }
    case 'graphql': {
      const { GraphQLError } = await import('graphql');
      return new GraphQLError(error.message, {
        extensions: { code: error.errorCode, ...body },
        originalError: error,
      });
    }
    default:
      return error;
  }
}
