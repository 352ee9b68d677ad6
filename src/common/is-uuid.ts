const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `value` is a UUID as `randomUUID` and Postgres write it (RFC 9562), in lower case. */
export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && UUID.test(value);

/**
 * A UUID that somebody else wrote, in any case, as Postgres writes it.
 * @param name - of the value, for the error.
 * @throws `TypeError` where it is no UUID
 */
export function uuidOf(value: unknown, name: string): string {
  const uuid = typeof value === 'string' ? value.toLowerCase() : value;
  if (!isUuid(uuid)) throw new TypeError(`${name} must be a UUID.`);
  return uuid;
}
