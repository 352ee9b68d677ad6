import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { getRepositoryToken } from '@nestjs/typeorm';
import { Pool } from 'pg';
import type { Repository } from 'typeorm';
import { UsersService, type Code2Session } from '../../src/index.js';
import { PlainUser } from './plain-user.entity.js';

/** Stores a login, and returns the id of its user. */
export type Store = (login: Code2Session) => Promise<string>;

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

/** One statement through `pg`, without encryption; with a name it is prepared. */
export function statement(connectionString: string, name?: string): Store {
  const pool = new Pool({ connectionString });
  return async ({ appid, openid, unionid = null, sessionKey }) => {
    const { rows } = await pool.query<{ id: string }>({
      text: STATEMENT,
      values: [randomUUID(), appid, openid, unionid, Buffer.from(sessionKey)],
      ...(name !== undefined && { name }),
    });
    return String(rows[0]?.id);
  };
}

/** The ways to store a login. */
export function storesOf(app: INestApplicationContext, databaseUrl: string) {
  const users = app.get<Repository<PlainUser>>(getRepositoryToken(PlainUser));
  const ours = app.get(UsersService);
  return {
    /** The two calls of most tutorials. */
    findThenSave: async ({ appid, openid, sessionKey }) => {
      const user =
        (await users.findOne({ where: { appid, openid } })) ?? users.create({ appid, openid });
      user.sessionKey = Buffer.from(sessionKey);
      user.sessionKeyAt = user.lastLoginAt = new Date();
      return (await users.save(user)).id;
    },
    typeormUpsert: async ({ appid, openid, sessionKey }) => {
      const now = new Date();
      const { identifiers } = await users.upsert(
        { appid, openid, sessionKey: Buffer.from(sessionKey), sessionKeyAt: now, lastLoginAt: now },
        ['appid', 'openid'],
      );
      return String(identifiers[0]?.id);
    },
    bare: statement(databaseUrl),
    prepared: statement(databaseUrl, 'login'),
    ours: async (login) => (await ours.upsert(login)).user.id,
  } satisfies Record<string, Store>;
}
