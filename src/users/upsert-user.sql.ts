/**
 * Whether the exchange that comes in is the newer one. A stamp from the future, as a fail-over to
 * a server whose clock is behind leaves it, must not shut out the keys that follow.
 */
const IS_NEWER = `(u.session_key_at IS NULL
  OR excluded.session_key_at >= u.session_key_at
  OR u.session_key_at > clock_timestamp())`;

/**
 * The one statement of a login. Parameters: id, appid, openid, unionid, sealed session_key, and
 * the age of the exchange in seconds, which the clock of Postgres turns into a time.
 */
export const upsertUserSql = (table: string): string => `
  INSERT INTO ${table} AS u
    (id, appid, openid, unionid, session_key, session_key_at, last_login_at)
  VALUES ($1, $2, $3, $4, $5, statement_timestamp() - make_interval(secs => $6), now())
  ON CONFLICT (appid, openid) DO UPDATE SET
    unionid = CASE WHEN ${IS_NEWER} THEN coalesce(excluded.unionid, u.unionid)
                   ELSE coalesce(u.unionid, excluded.unionid) END,
    session_key = CASE WHEN ${IS_NEWER} THEN excluded.session_key ELSE u.session_key END,
    session_key_at = CASE WHEN ${IS_NEWER} THEN excluded.session_key_at ELSE u.session_key_at END,
    updated_at = now(),
    last_login_at = now()
  RETURNING id, appid, openid, unionid, session_epoch AS "sessionEpoch",
    created_at AS "createdAt", updated_at AS "updatedAt", last_login_at AS "lastLoginAt"`;
