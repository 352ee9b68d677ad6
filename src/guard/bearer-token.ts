/** What carries a request's headers, as far as it is read here. */
interface RequestLike {
  headers?: { authorization?: unknown } | undefined;
  /** Names and values in turn, as they were received. */
  rawHeaders?: readonly string[];
  /** Node's own request, under Fastify. */
  raw?: { rawHeaders?: readonly string[] };
}

/**
 * The bearer token of a request (RFC 6750 section 2.1; the scheme in any case, RFC 9110 section
 * 11.1).
 *
 * @returns `undefined` where there is none, and an empty string, which is never a valid token, where
 * there are several: which one counts must not depend on who reads them.
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
