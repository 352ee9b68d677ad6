/** Whether `value` can be an AppID of WeChat, such as `wx4f4bc4dec97d474b`. */
export const isAppid = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
