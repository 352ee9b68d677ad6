import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openidOf } from '../data/users.js';
import type { Settings } from '../settings.js';
import { serve } from './child.js';

/**
 * Starts a minimal WeChat that does little except its checks, and returns its address. The
 * sandbox of the library does more, and would use a large part of the processor.
 */
async function start({ appid, secret }: Settings['app']): Promise<string> {
  const used = new Set<string>();
  const expected = new URLSearchParams({ appid, secret, grant_type: 'authorization_code' });
  const exchange = ({ pathname, searchParams }: URL): object => {
    const code = searchParams.get('js_code') ?? '';
    const isRight = [...expected].every(([name, value]) => searchParams.get(name) === value);
    if (!isRight || pathname !== '/sns/jscode2session') return { errcode: 40013, errmsg: '' };
    if (used.has(code)) return { errcode: 40163, errmsg: 'code been used' };
    used.add(code);
    return { session_key: randomBytes(16).toString('base64'), openid: openidOf(code) };
  };
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    response.end(JSON.stringify(exchange(new URL(request.url ?? '', 'http://127.0.0.1'))));
  });
  // Never: a connection that is closed between two rounds would count as a failure of WeChat.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

export const functions = { start };
serve(functions);
