import { randomBytes, randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { DataSource, type Repository } from 'typeorm';
import { UsersService } from '../../src/index.js';
import { randomUser, userId } from '../data/users.js';
import { oursContext } from './ours.js';
import { PlainUser } from './plain-user.entity.js';
import type { Setup, Subject } from './subject.js';

export interface Login {
  readonly appid: string;
  readonly openid: string;
  readonly unionid?: string | undefined;
  readonly sessionKey: string;
}

/** Stores a login, and returns the id of its user. */
type Store = (login: Login) => Promise<string>;

/** Stores a login of a random user with each call. */
const storing =
  (open: (setup: Setup) => Promise<Store>) =>
  async (setup: Setup): Promise<Subject> => {
    const store = await open(setup);
    const call = async (): Promise<{ calls: number; newUsers: number }> => {
      const { openid, n } = randomUser(setup.users);
      const sessionKey = randomBytes(16).toString('base64');
      const id = await store({ appid: setup.app.appid, openid, sessionKey });
      if (n !== undefined && id !== userId(n)) throw new Error(`${openid} got the id ${id}.`);
      return { calls: 1, newUsers: n === undefined ? 1 : 0 };
    };
    return { calls: { store: call } };
  };

async function plainUsers({ databaseUrl: url }: Setup): Promise<Repository<PlainUser>> {
  const dataSource = new DataSource({ type: 'postgres', url, entities: [PlainUser] });
  await dataSource.initialize();
  return dataSource.getRepository(PlainUser);
}

/** The two calls of most tutorials. */
export const findThenSave = storing(async (setup) => {
  const users = await plainUsers(setup);
  return async ({ appid, openid, sessionKey }) => {
    const user =
      (await users.findOne({ where: { appid, openid } })) ?? users.create({ appid, openid });
    user.sessionKey = Buffer.from(sessionKey);
    user.sessionKeyAt = user.lastLoginAt = new Date();
    return (await users.save(user)).id;
  };
});

export const typeormUpsert = storing(async (setup) => {
  const users = await plainUsers(setup);
  return async ({ appid, openid, sessionKey }) => {
    const now = new Date();
    const { identifiers } = await users.upsert(
      { appid, openid, sessionKey: Buffer.from(sessionKey), sessionKeyAt: now, lastLoginAt: now },
      ['appid', 'openid'],
    );
    return String(identifiers[0]?.id);
  };
});

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

/** One statement through `pg`, nothing encrypted; with a name it is prepared. */
export function statement({ databaseUrl }: Setup, name?: string): Store {
  const pool = new Pool({ connectionString: databaseUrl });
  return async ({ appid, openid, unionid = null, sessionKey }) => {
    const { rows } = await pool.query<{ id: string }>({
      text: STATEMENT,
      values: [randomUUID(), appid, openid, unionid, Buffer.from(sessionKey)],
      ...(name !== undefined && { name }),
    });
    return String(rows[0]?.id);
  };
}

export const bareStatement = storing((setup) => Promise.resolve(statement(setup)));
export const preparedStatement = storing((setup) => Promise.resolve(statement(setup, 'login')));

/** The library, as an application has it. */
export const upsertOurs = storing(async (setup) => {
  const users = (await oursContext(setup)).get(UsersService);
  return async (login) => (await users.upsert(login)).user.id;
});
