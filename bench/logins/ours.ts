import { NestFactory } from '@nestjs/core';
import { UsersService } from '../../src/index.js';
import type { Settings } from '../data/apps.js';
import { OursModule } from '../guards/ours.module.js';
import type { Keeper } from './peers.js';

/** The library, as an application has it: the session key is sealed. */
export async function ours(settings: Settings): Promise<Keeper> {
  const context = await NestFactory.createApplicationContext(OursModule.with(settings), {
    logger: ['error', 'warn'],
  });
  const users = context.get(UsersService);
  const { appid } = settings.app;
  return {
    keep: async ({ openid, unionid, sessionKey }) => {
      const { user } = await users.upsert({ appid, openid, unionid, sessionKey });
      return user.id;
    },
    close: () => context.close(),
  };
}
