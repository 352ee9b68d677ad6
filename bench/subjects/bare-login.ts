import { createSecretKey, randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import axios from 'axios';
import { fastify } from 'fastify';
import { request } from 'undici';
import { statement } from './stored-logins.js';
import type { Setup, Subject } from './subject.js';

/** What WeChat says of a code. */
interface WechatSession {
  readonly openid?: string;
  readonly session_key?: string;
  readonly unionid?: string;
}

type Exchange = (url: string) => Promise<WechatSession>;

/**
 * A whole login without Nest, TypeORM and the library, written for speed: connections are kept, the
 * statement is prepared, the key is a KeyObject. Nothing is encrypted, and nothing is tried again.
 */
const bareLogin =
  (exchange: Exchange) =>
  async (setup: Setup): Promise<Subject> => {
    const { app, jwtSecret, wechatUrl } = setup;
    const store = statement(setup, 'login');
    const secret = createSecretKey(Buffer.from(jwtSecret));
    const jwt = new JwtService({ secret, signOptions: { expiresIn: '2h', algorithm: 'HS256' } });
    const server = fastify();
    server.post<{ Body: { code: string } }>('/wechat/login', async ({ body }, reply) => {
      const query = new URLSearchParams({
        ...app,
        js_code: body.code,
        grant_type: 'authorization_code',
      });
      const answer = await exchange(`${wechatUrl}/sns/jscode2session?${query.toString()}`);
      const { openid, unionid, session_key: sessionKey } = answer;
      if (openid === undefined || sessionKey === undefined) return reply.code(401).send();
      const userId = await store({ appid: app.appid, openid, unionid, sessionKey });
      return { token: jwt.sign({ sub: userId, jti: randomUUID() }), expiresIn: 7200, userId };
    });
    return { url: await server.listen({ port: 0, host: '127.0.0.1' }) };
  };

export const loginAxios = bareLogin(async (url) => (await axios.get<WechatSession>(url)).data);

export const loginUndici = bareLogin(async (url) => {
  const { body } = await request(url);
  return (await body.json()) as WechatSession;
});
