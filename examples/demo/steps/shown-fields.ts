/** What the page may show as it is. Everything else becomes dots: codes, tokens, keys, ids of WeChat. */
const HARMLESS = new Set([
  ...['appid', 'grant_type', 'errcode', 'errmsg'],
  ...['tokenType', 'expiresIn', 'expiresAt', 'issuedAt', 'isNewUser', 'userId'],
  ...['memberSince', 'lastLoginAt', 'sessionExpiresAt', 'nickName', 'city'],
  ...['statusCode', 'errorCode', 'action'],
]);

export const DOTS = '••••••';

/** The fields of a query or a body, fit to be shown. */
export function shownFields(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, HARMLESS.has(name) ? textOf(value) : DOTS]),
  );
}

const textOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString().replace(/\.\d+/, '') : String(value);
