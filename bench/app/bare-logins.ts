import { createSecretKey, randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import axios from 'axios';
import { fastify } from 'fastify';
import { request } from 'undici';
import type { Settings } from '../settings.js';
import { statement } from './stores.js';

/** WeChat's answer for a code. */
interface WechatSession {
  readonly openid?: string;
  readonly session_key?: string;
  readonly unionid?: string;
}

const exchanges: Readonly<Record<string, (url: string) => Promise<WechatSession>>> = {
  '/axios': async (url) => (await axios.get<WechatSession>(url)).data,
  '/undici': async (url) => (await (await request(url)).body.json()) as WechatSession,
};

/**
 * Whole logins without Nest, TypeORM and the library, written for speed: connections are kept, the
 * statement is prepared, the key is a KeyObject. Nothing is encrypted or retried.
 * @returns the address.
 */
export function startBareLogins(settings: Settings): Promise<string> {
  const { app, databaseUrl, jwtSecret, wechatUrl } = settings;
  const store = statement(databaseUrl, 'login');
  const secret = createSecretKey(Buffer.from(jwtSecret));
  const jwt = new JwtService({ secret, signOptions: { expiresIn: '2h', algorithm: 'HS256' } });
  const server = fastify();
  for (const [path, exchange] of Object.entries(exchanges)) {
    server.post<{ Body: { code: string } }>(path, async ({ body: { code } }, reply) => {
      const query = new URLSearchParams({
        ...app,
        js_code: code,
        grant_type: 'authorization_code',
      });
      const answer = await exchange(`${wechatUrl}/sns/jscode2session?${query.toString()}`);
      const { openid, unionid, session_key: sessionKey } = answer;
      if (openid === undefined || sessionKey === undefined) return reply.code(401).send();
      const userId = await store({ appid: app.appid, openid, unionid, sessionKey });
      return { token: jwt.sign({ sub: userId, jti: randomUUID() }), expiresIn: 7200, userId };
    });
  }
  return server.listen({ port: 0, host: '127.0.0.1' });
}
