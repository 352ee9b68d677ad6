/**
 * Whether `value` can be an id of WeChat: 1 to 128 characters without control characters. Postgres
 * refuses NUL, and would store a lone surrogate as another string.
 */
export const isPlainText = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,128}$/u.test(value);
