/** Whether `value` can be a code of WeChat: 1 to 512 characters, no white space or control characters. */
export const isCode = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\s\p{Cc}\p{Cs}]{1,512}$/u.test(value);
