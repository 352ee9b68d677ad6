/**
 * Whether `value` can be an id that WeChat gives out: 1 to 128 characters, none of them a control
 * character. Postgres refuses NUL, and would store a lone surrogate as another text.
 */
export const isPlainText = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,128}$/u.test(value);
