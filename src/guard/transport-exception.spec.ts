import { describe, expect, it } from '@jest/globals';
import { RpcException } from '@nestjs/microservices';
import { WsException } from '@nestjs/websockets';
import { GraphQLError } from 'graphql';
import { WechatAuthError } from '../errors/wechat-auth.error.js';
import { transportException } from './transport-exception.js';

describe('transportException', () => {
  const error = new WechatAuthError('WX_SESSION_EXPIRED');

  it('speaks to a WebSocket client with the body of the error', async () => {
    const exception = await transportException('ws', error);
    expect(exception).toBeInstanceOf(WsException);
    expect((exception as WsException).getError()).toEqual(error.getResponse());
  });

  it('speaks to a microservice with the body of the error', async () => {
    const exception = await transportException('rpc', error);
    expect(exception).toBeInstanceOf(RpcException);
    expect((exception as RpcException).getError()).toEqual(error.getResponse());
  });

  it('speaks GraphQL, with the error code where its clients look for one', async () => {
    const exception = await transportException('graphql', error);
    expect(exception).toBeInstanceOf(GraphQLError);
    expect(exception).toMatchObject({
      message: error.message,
      extensions: { code: 'WX_SESSION_EXPIRED', ...error.getResponse() },
      originalError: error,
    });
  });

  it.each(['http', 'something of tomorrow'])('is the error itself over %s', async (type) => {
    expect(await transportException(type, error)).toBe(error);
  });
});
