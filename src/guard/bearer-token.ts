/** The part of a request that is read here. */
interface RequestLike {
  headers?: { authorization?: unknown } | undefined;
  /** Names and values in turn, as they were received. */
  rawHeaders?: readonly string[];
  /** Node's own request, under Fastify. */
  raw?: { rawHeaders?: readonly string[] };
}

/**
 * The bearer token of a request of Express, Fastify or Node, or of any object with `headers`
 * (RFC 6750 section 2.1; the scheme is not case-sensitive, RFC 9110 section 11.1).
 *
 * @returns `undefined` if there is none. If there are several, an empty string, which is never a
 * valid token: programs disagree about which one counts.
 *
 * @example
 * class ReportGuard extends WxSessionGuard {
 *   protected override getToken(context: ExecutionContext): string | undefined {
 *     const request = context.switchToHttp().getRequest<{ query: { token?: string } }>();
 *     return bearerTokenOf(request) ?? request.query.token;
 *   }
 * }
 * @publicApi
 */
export function bearerTokenOf(request: object): string | undefined {
  const { headers, rawHeaders, raw } = request as RequestLike;
  const names = rawHeaders ?? raw?.rawHeaders ?? [];
  return isRepeated(names) ? '' : readBearer(headers?.authorization);
}

/** The token of an `Authorization` header. */
export const readBearer = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^bearer +(.+)$/i.exec(value)?.[1] : undefined;

/** Node keeps the first of two Authorization headers and drops the other. */
function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count++;
  }
  return count > 1;
}
