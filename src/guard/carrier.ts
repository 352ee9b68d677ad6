import type { ExecutionContext } from '@nestjs/common';

/** What carries the token into a handler, as far as we look at it. */
interface Carrier {
  headers?: { authorization?: unknown };
  /** Names and values in turn, as they came over the wire. */
  rawHeaders?: readonly string[];
  /** Node's own request, under Fastify. */
  raw?: { rawHeaders?: readonly string[] };
  /** Of a Socket.IO client, and the request that it came with. */
  handshake?: { auth?: { token?: unknown } };
  request?: Carrier;
  /** Of gRPC metadata. */
  get?: (name: string) => unknown;
}

/** The object that lives as long as a call: the request over HTTP and GraphQL, else Nest's own. */
export function carrierOf(context: ExecutionContext): object {
  switch (context.getType<'http' | 'ws' | 'rpc' | 'graphql'>()) {
    case 'http':
      return context.switchToHttp().getRequest<object>();
    case 'ws':
      return context.switchToWs().getClient<object>();
    case 'rpc':
      return context.switchToRpc().getContext<object>();
    case 'graphql': {
      const graphql = context.getArgByIndex<{ req?: object; reply?: { request?: object } }>(2);
      return graphql.req ?? graphql.reply?.request ?? graphql;
    }
  }
}

/**
 * The bearer token of a request (RFC 6750 section 2.1; the scheme in any case, RFC 9110 section
 * 11.1), of a Socket.IO handshake (`auth.token` as well), or of gRPC metadata.
 *
 * @returns `undefined` where there is none, and an empty token, which is never valid, where there
 * are several: which one counts must not depend on who reads them.
 */
export function bearerTokenOf(carrier: object): string | undefined {
  const { headers, rawHeaders, raw, handshake, request = {}, get } = carrier as Carrier;
  if (handshake !== undefined) {
    const { token } = handshake.auth ?? {};
    return typeof token === 'string' && token !== '' ? token : bearerTokenOf(request);
  }
  if (headers !== undefined) {
    const names = rawHeaders ?? raw?.rawHeaders ?? [];
    return isRepeated(names) ? '' : bearerToken(headers.authorization);
  }
  if (typeof get !== 'function') return undefined;
  const values = get.call(carrier, 'authorization');
  if (!Array.isArray(values)) return undefined;
  return values.length > 1 ? '' : bearerToken(values[0]);
}

const bearerToken = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^bearer +(.+)$/i.exec(value)?.[1] : undefined;

/** Node keeps the first of two Authorization headers and drops the other without a word. */
function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count++;
  }
  return count > 1;
}
