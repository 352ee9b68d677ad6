import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../examples/demo/postgres/postgres.js';
import { WechatSandbox } from '../../src/testing/index.js';
import { call } from '../support/http.js';
import { Program } from '../support/shell.js';

const APP = {
  WECHAT_APPID: 'wx4f4bc4dec97d474b',
  WECHAT_SECRET: 'c4c1f5d0a2b3948576e0f1d2c3b4a596',
};

interface BuiltApp {
  readonly folder: string;
  readonly env: Record<string, string>;
}

/** Starts a built app, and logs a user in and out. @throws if a response is not as documented. */
export async function logInAt({ folder, env }: BuiltApp): Promise<void> {
  const wechat = await WechatSandbox.start();
  const port = String(await freePort());
  const program = new Program(['node', 'dist/main.js'], folder, {
    ...env,
    ...APP,
    WECHAT_BASE_URL: wechat.url,
    PORT: port,
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    await answers(url, program);
    const ask = async (status: number, ...request: Parameters<typeof call>) => {
      const answer = await call(...request);
      if (answer.status === status) return answer;
      throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${answer.text}`);
    };
    const { body } = await ask(200, 'POST', `${url}/wechat/login`, {
      body: { code: wechat.issueCode() },
    });
    const token = String(body?.token);
    await ask(401, 'GET', `${url}/me`);
    await ask(200, 'GET', `${url}/me`, { token });
    await ask(204, 'DELETE', `${url}/wechat/session`, { token });
    await ask(401, 'GET', `${url}/me`, { token });
  } finally {
    await program.killAlone('SIGTERM');
    await wechat.close();
  }
}

/** Waits until the app responds. @throws with its output, if it ends before. */
async function answers(url: string, program: Program): Promise<void> {
  const ended = program.ended.then(() => true);
  for (let tries = 0; tries < 600; tries++) {
    const answer = await call('GET', `${url}/me`).catch(() => undefined);
    if (answer !== undefined) return;
    if (await Promise.race([ended, sleep(100, false)])) break;
  }
  throw new Error(`The app does not answer:\n${program.stdout}${program.stderr}`);
}
