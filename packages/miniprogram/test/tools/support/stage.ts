import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { startDemo } from '../../../../../examples/demo/demo.js';
import { createTestDatabase } from '../../../../../test/support/database.js';
import { call } from '../../../../../test/support/http.js';
import { LogCapture } from '../../../../../test/support/log-capture.js';
import { until } from '../../../../../test/support/until.js';
import { NodeWx } from '../../support/node-wx.js';
import { MiniProgram } from './mini-program.js';

/** The build tools need time on few cores. */
export const PATIENCE_MS = 60_000;

export interface DemoServer {
  readonly url: string;
  readonly sandboxUrl: string;
  stop(): Promise<void>;
}

/** The demo's server on a database of its own. */
export async function startDemoServer(): Promise<DemoServer> {
  const database = await createTestDatabase();
  const { PORT, WECHAT_SANDBOX_PORT, DATABASE_URL } = process.env;
  Object.assign(process.env, { PORT: '0', WECHAT_SANDBOX_PORT: '0', DATABASE_URL: database.url });
  const stops: (() => Promise<unknown>)[] = [() => database.drop()];
  try {
    const { url, sandboxUrl = '' } = await startDemo(stops, { logger: new LogCapture() });
    return {
      url,
      sandboxUrl,
      stop: async () => {
        for (const stop of stops) await stop();
      },
    };
  } finally {
    Object.assign(process.env, {
      PORT: PORT ?? '',
      WECHAT_SANDBOX_PORT: WECHAT_SANDBOX_PORT ?? '',
    });
    if (DATABASE_URL === undefined) Reflect.deleteProperty(process.env, 'DATABASE_URL');
  }
}

/** A phone of its own for each user. */
export const phoneOf = ({ sandboxUrl }: DemoServer, openid: string): NodeWx =>
  new NodeWx(async () => {
    const { body } = await call('POST', `${sandboxUrl}/sandbox/codes`, { body: { openid } });
    return String(body?.code);
  });

/** The files of a folder, by their path in it. */
export function filesIn(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

/** A mini program logs in, logs in again when its session has ended, and logs out. */
export async function expectToWork(
  files: ReadonlyMap<string, string>,
  demo: DemoServer,
  openid: string,
): Promise<void> {
  const wx = phoneOf(demo, openid);
  const page = new MiniProgram(files, platformOf(wx)).open('pages/index/index');
  const shown = (): string => JSON.stringify(page.data);
  await until(() => /[\da-f]{8}-[\da-f-]{27}/.test(shown()), PATIENCE_MS);
  expect(wx.logins).toBe(1);

  const { token } = wx;
  await call('POST', `${demo.url}/demo/end-session`, { token });
  page.call('onShow', {});
  await until(() => wx.underWay === 0 && wx.token !== token, PATIENCE_MS);
  expect(wx.logins).toBe(2);

  page.call('onPullDownRefresh');
  await until(() => wx.underWay === 0 && wx.exchanges.at(-1)?.method === 'DELETE', PATIENCE_MS);
  const { status } = await call('GET', `${demo.url}/profile`, { token: wx.token });
  expect(status).toBe(401);
  expect([...wx.storage.values()].join()).not.toContain('token');
}

/** What else frameworks use of `wx`. */
function platformOf(wx: NodeWx): object {
  const info = { SDKVersion: '3.10.0', platform: 'devtools', windowWidth: 375, windowHeight: 667 };
  const known: Record<string, unknown> = {
    ...wx.wrapped(),
    getSystemInfoSync: () => info,
    getWindowInfo: () => info,
    getDeviceInfo: () => info,
    getAppBaseInfo: () => info,
    canIUse: () => true,
  };
  return known;
}
