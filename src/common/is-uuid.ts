const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `value` is a UUID as `randomUUID` and Postgres write it (RFC 9562), in lower case. */
export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && UUID.test(value);
