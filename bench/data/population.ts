import { createHash } from 'node:crypto';

/** The n-th user's id, here and in Postgres alike. */
export function userId(n: number): string {
  const hex = createHash('md5')
    .update(`user ${String(n)}`)
    .digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** As long as a real one: 28 characters. */
export const openid = (n: number): string => `o-user-${String(n).padStart(21, '0')}`;

/** Of those who log in for the first time while the benchmark runs. */
export const NEWCOMER = 'o-new-';

/** Half of the users have a unionid; the sealed session_key is as long as a real one. */
export const fillUsers = (users: number, appid: string): string => `
  INSERT INTO wechat_user
    (id, appid, openid, unionid, session_key, session_key_at, last_login_at)
  SELECT md5('user ' || n)::uuid, '${appid}', 'o-user-' || lpad(n::text, 21, '0'),
    CASE WHEN n % 2 = 0 THEN 'o-union-' || lpad(n::text, 20, '0') END,
    substr(sha512(n::text::bytea), 1, 57), now(), now()
  FROM generate_series(0, ${String(users - 1)}) AS n`;

/** Sessions that nobody asks for any more, each of some other user. */
export const fillRevokedSessions = (rows: number): string => `
  INSERT INTO wechat_revoked_session (user_id, id, expires_at)
  SELECT gen_random_uuid(), gen_random_uuid(), now() + random() * interval '2 hours'
  FROM generate_series(1, ${String(rows)})`;
