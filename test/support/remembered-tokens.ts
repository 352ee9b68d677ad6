// Fills the cache of tokens, in a separate process that can collect garbage,
// and prints how many bytes it uses.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { resolveConfig } from '../../src/config/wechat-auth.config.js';
import { bearerTokenOf } from '../../src/guard/bearer-token.js';
import { SessionTokens } from '../../src/sessions/session-tokens.js';
import { APPID, SECRET } from './app.js';

const [count = '0', padding = '0'] = process.argv.slice(2);
const tokens = new SessionTokens(resolveConfig({ appid: APPID, secret: SECRET }));

const heldBytes = (): number => {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

function rememberOne(): void {
  const { token } = tokens.issue({ id: randomUUID(), appid: APPID, sessionEpoch: 0 });
  // Node creates the header from the received bytes.
  const received = Buffer.from(`Bearer ${' '.repeat(Number(padding))}${token}`);
  const authorization = received.toString('latin1');
  tokens.verify(bearerTokenOf({ headers: { authorization } }));
}

rememberOne();
const before = heldBytes();
for (let i = 0; i < Number(count); i++) rememberOne();
process.stdout.write(String(heldBytes() - before));
