import type { ExecutionContext } from '@nestjs/common';
import { bearerTokenOf } from '../bearer-token.js';
import type { Transport } from './transport.js';

/** The context of an operation, with the request of Express or Fastify. */
interface GraphqlContext {
  req?: object;
  reply?: { request?: object };
}

const contextOf = (context: ExecutionContext): GraphqlContext =>
  context.getArgByIndex<GraphqlContext>(2);

export const graphqlTransport: Transport = {
  // The info object is made for each field. Requests are shared by operations and their fields.
  callOf: (context) => context.getArgByIndex<object | undefined>(3) ?? contextOf(context),
  tokenOf: (context) => {
    const { req, reply } = contextOf(context);
    return bearerTokenOf(req ?? reply?.request ?? contextOf(context));
  },
  exceptionOf: async (error) => {
    const { GraphQLError } = await import('graphql');
    return new GraphQLError(error.message, {
      extensions: { code: error.errorCode, ...error.getResponse() },
      originalError: error,
    });
  },
};
