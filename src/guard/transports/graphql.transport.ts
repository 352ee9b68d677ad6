import { HttpException, type ArgumentsHost } from '@nestjs/common';
import type { WechatAuthError } from '../../errors/wechat-auth.error.js';
import { bearerTokenOf } from '../bearer-token.js';
import type { Transport } from './transport.js';

/** The context of an operation, with the request of Express or Fastify. */
interface GraphqlContext {
  req?: object;
  reply?: { request?: object };
}

/**
 * The exception of a refused resolver. Nest logs any error that is not an `HttpException`, and
 * graphql-js copies the extensions. The response is a string because `autoTransformHttpErrors` of
 * \@nestjs/apollo would replace the code if it found a status there.
 */
class GraphqlRefusal extends HttpException {
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(error: WechatAuthError) {
    super(error.message, error.getStatus(), { cause: error });
    this.extensions = { code: error.errorCode, ...error.getResponse() };
  }
}

const contextOf = (context: ArgumentsHost): GraphqlContext =>
  context.getArgByIndex<GraphqlContext>(2);

export const graphqlTransport: Transport = {
  // Each field has its own info object; operations and their fields share a request.
  callOf: (context) => context.getArgByIndex<object | undefined>(3) ?? contextOf(context),
  tokenOf: (context) => {
    const { req, reply } = contextOf(context);
    return bearerTokenOf(req ?? reply?.request ?? contextOf(context));
  },
  exceptionOf: (error) => new GraphqlRefusal(error),
};
