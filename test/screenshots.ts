// npm run screenshots: the pictures of the demo in docs/. Needs Chromium and a font for Chinese, as
// Debian has them in chromium and fonts-noto-cjk.
import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { startDemo } from '../examples/demo/demo.js';
import { launchChromium, press } from './support/browser.js';
import { temporaryFolder } from '../examples/demo/postgres/postgres-home.js';
import { startPostgres } from '../examples/demo/postgres/postgres.js';

const stops: (() => Promise<unknown>)[] = [];

async function takeScreenshots(): Promise<void> {
  const postgres = await startPostgres({ dataDir: temporaryFolder(), persistent: false });
  stops.unshift(() => postgres.stop());
  Object.assign(process.env, { DATABASE_URL: postgres.url(), PORT: '0', WECHAT_SANDBOX_PORT: '0' });
  const { url } = await startDemo(stops);
  const browser = await launchChromium();
  stops.unshift(() => browser.close());

  /** What a new user sees after a login. */
  const shot = async (locale: string, path?: string): Promise<void> => {
    const context = await browser.newContext({
      locale,
      timezoneId: 'Asia/Shanghai',
      viewport: { width: 1200, height: 900 },
      deviceScaleFactor: 1.5,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(url);
    await press(page, 'login');
    // Away from the button, which would look active.
    await page.mouse.move(0, 0);
    if (path !== undefined) await page.screenshot({ path, fullPage: true });
    await context.close();
  };
  // The first logins are slow.
  for (let warm = 0; warm < 5; warm++) await shot('en');
  mkdirSync('docs', { recursive: true });
  for (const locale of ['en', 'zh-CN']) await shot(locale, `docs/demo.${locale}.png`);
}

try {
  await takeScreenshots();
} finally {
  for (const stop of stops) await stop();
}
