/** What the page may show. Everything else becomes dots: codes, tokens, keys, ids of WeChat. */
const HARMLESS = new Set([
  ...['appid', 'grant_type', 'errcode', 'errmsg'],
  ...['tokenType', 'expiresIn', 'expiresAt', 'issuedAt', 'isNewUser', 'userId'],
  ...['memberSince', 'lastLoginAt', 'sessionExpiresAt', 'nickName', 'city'],
  ...['statusCode', 'errorCode', 'action', 'message'],
]);

export const DOTS = '••••••';

/** The fields of a query or a body without secrets. */
export function shownFields(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, isHarmless(name, value) ? textOf(value) : DOTS]),
  );
}

/** The code of an envelope is a number; a code of WeChat is not. */
const isHarmless = (name: string, value: unknown): boolean =>
  HARMLESS.has(name) || (name === 'code' && typeof value === 'number');

const textOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString().replace(/\.\d+/, '') : String(value);
