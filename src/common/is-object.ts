/** Whether `value` is an object of any kind, but not null. */
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null;
