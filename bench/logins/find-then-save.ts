import { DataSource } from 'typeorm';
import type { Settings } from '../data/apps.js';
import type { Keeper } from './peers.js';
import { PlainUser } from './plain-user.entity.js';

/** The two calls of most tutorials. */
export async function findThenSave({ databaseUrl, app }: Settings): Promise<Keeper> {
  const dataSource = new DataSource({ type: 'postgres', url: databaseUrl, entities: [PlainUser] });
  await dataSource.initialize();
  const users = dataSource.getRepository(PlainUser);
  const { appid } = app;
  return {
    keep: async ({ openid, unionid, sessionKey }) => {
      const known = await users.findOne({ where: { appid, openid } });
      const user = known ?? users.create({ appid, openid });
      if (unionid !== undefined) user.unionid = unionid;
      user.sessionKey = Buffer.from(sessionKey);
      user.sessionKeyAt = new Date();
      user.lastLoginAt = new Date();
      return (await users.save(user)).id;
    },
    close: () => dataSource.destroy(),
  };
}
