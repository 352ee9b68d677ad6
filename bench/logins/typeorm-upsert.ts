import { DataSource } from 'typeorm';
import type { Settings } from '../data/apps.js';
import type { Keeper } from './peers.js';
import { PlainUser } from './plain-user.entity.js';

export async function typeormUpsert({ databaseUrl, app }: Settings): Promise<Keeper> {
  const dataSource = new DataSource({ type: 'postgres', url: databaseUrl, entities: [PlainUser] });
  await dataSource.initialize();
  const users = dataSource.getRepository(PlainUser);
  const { appid } = app;
  return {
    keep: async ({ openid, unionid, sessionKey }) => {
      const now = new Date();
      const { identifiers } = await users.upsert(
        {
          appid,
          openid,
          ...(unionid !== undefined && { unionid }),
          sessionKey: Buffer.from(sessionKey),
          sessionKeyAt: now,
          lastLoginAt: now,
        },
        ['appid', 'openid'],
      );
      return String(identifiers[0]?.id);
    },
    close: () => dataSource.destroy(),
  };
}
