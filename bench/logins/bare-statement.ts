import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import type { Settings } from '../data/apps.js';
import type { Keeper } from './peers.js';

const STATEMENT = `
  INSERT INTO wechat_user AS u
    (id, appid, openid, unionid, session_key, session_key_at, last_login_at)
  VALUES ($1, $2, $3, $4, $5, now(), now())
  ON CONFLICT (appid, openid) DO UPDATE SET
    unionid = coalesce(excluded.unionid, u.unionid),
    session_key = excluded.session_key,
    session_key_at = excluded.session_key_at,
    updated_at = now(),
    last_login_at = now()
  RETURNING id`;

/** The floor: nothing between the login and the driver, and nothing encrypted. */
export const bareStatement = (settings: Settings): Promise<Keeper> => bare(settings, undefined);

/** The same, and parsed once for each connection. */
export const preparedStatement = (settings: Settings): Promise<Keeper> => bare(settings, 'login');

function bare({ databaseUrl, app }: Settings, name: string | undefined): Promise<Keeper> {
  // As many connections as TypeORM opens, which leaves the number to `pg`.
  const pool = new Pool({ connectionString: databaseUrl });
  return Promise.resolve({
    keep: async ({ openid, unionid, sessionKey }) => {
      const { rows } = await pool.query<{ id: string }>({
        text: STATEMENT,
        values: [randomUUID(), app.appid, openid, unionid ?? null, Buffer.from(sessionKey)],
        ...(name !== undefined && { name }),
      });
      return String(rows[0]?.id);
    },
    close: () => pool.end(),
  });
}
