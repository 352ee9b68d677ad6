import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../support/http.js';
import { patiently } from './load/patiently.js';
import type { AppProcess } from './apps/app-process.js';
import type { Target } from './load/load.js';

const PATIENCE_MS = 45_000;
/** The timeout of one try. */
const TRY_MS = 10_000;

/** Milliseconds until a login and a guarded request succeed on every app; `Infinity` for never. */
export async function untilRecovered(target: Target): Promise<number> {
  const start = performance.now();
  const times = target.fleet.apps.map(async (app) => {
    while (!(await patiently(TRY_MS, works(app, target)).catch(() => false))) {
      if (app.hasDied || performance.now() > start + PATIENCE_MS) return Infinity;
      await sleep(50);
    }
    return performance.now() - start;
  });
  return Math.max(...(await Promise.all(times)));
}

async function works(app: AppProcess, { wechat }: Target): Promise<boolean> {
  const login = await call('POST', `${app.url}/wechat/login`, {
    body: { code: wechat.issueCode() },
  });
  if (login.status !== 200) return false;
  const { status } = await call('GET', `${app.url}/wechat/session`, {
    token: String(login.body?.token),
  });
  return status === 200;
}
