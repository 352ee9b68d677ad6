/** When the exchange was, by the clock of Postgres: `age` seconds ago. */
const exchangedAt = (age: string): string =>
  `statement_timestamp() - make_interval(secs => ${age})`;

/**
 * Whether the exchange that comes in, at `at`, is older than the one we know. A stamp from the
 * future, as a fail-over to a server whose clock is behind leaves it, must not shut out the keys
 * that follow.
 */
const isOlder = (at: string): string =>
  `${at} < u.session_key_at AND u.session_key_at <= clock_timestamp()`;

/** The value of a column after two exchanges: that of the newer one. */
const newerOf = (column: string): string =>
  `CASE WHEN ${isOlder('excluded.session_key_at')} THEN u.${column} ELSE excluded.${column} END`;

/**
 * The one statement of a login. Parameters: id, appid, openid, unionid, sealed session_key, and
 * the age of the exchange in seconds, which the clock of Postgres turns into a time.
 */
export const upsertUserSql = (table: string): string => `
  INSERT INTO ${table} AS u
    (id, appid, openid, unionid, session_key, session_key_at, last_login_at)
  VALUES ($1, $2, $3, $4, $5, ${exchangedAt('$6')}, now())
  ON CONFLICT (appid, openid) DO UPDATE SET
    unionid = coalesce(excluded.unionid, u.unionid),
    session_key = ${newerOf('session_key')},
    session_key_at = ${newerOf('session_key_at')},
    updated_at = now(),
    last_login_at = now()
  RETURNING id, appid, openid, unionid, session_epoch AS "sessionEpoch",
    created_at AS "createdAt", updated_at AS "updatedAt", last_login_at AS "lastLoginAt"`;

/**
 * Keeps a `session_key` that came without a login. Parameters: appid, openid, sealed session_key,
 * and the age of the exchange in seconds.
 */
export const storeSessionKeySql = (table: string): string => `
  UPDATE ${table} u
  SET session_key = $3, session_key_at = ${exchangedAt('$4')}, updated_at = now()
  WHERE u.appid = $1 AND u.openid = $2 AND (${isOlder(exchangedAt('$4'))}) IS NOT TRUE`;
