const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `value` is a UUID as `randomUUID` and Postgres write it (RFC 9562), in lower case. */
export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && UUID.test(value);

/**
 * Converts a UUID in upper or lower case to the form of Postgres.
 * @param name - of the value, for the error.
 * @throws `TypeError` if it is not a UUID
 */
export function uuidOf(value: unknown, name: string): string {
  const uuid = typeof value === 'string' ? value.toLowerCase() : value;
  if (!isUuid(uuid)) throw new TypeError(`${name} must be a UUID.`);
  return uuid;
}
