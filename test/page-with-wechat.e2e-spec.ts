import { describe, expect, it } from '@jest/globals';
import { chromiumPath, launchChromium, violationsOn } from './support/browser.js';
import { createTestDatabase } from './support/database.js';
import { openDemoPage, startTestDemo, textOf } from './support/demo-page.js';
import { LogCapture } from './support/log-capture.js';

/** Shown as skipped if there is no Chromium. */
const withChromium = chromiumPath === undefined ? describe.skip : describe;

// Beside a sandbox in the same process, such a demo does not start.
withChromium('the page of the demo in Chromium (install chromium, or set CHROMIUM_PATH)', () => {
  it('shows a notice and disables its buttons if the demo uses the real WeChat', async () => {
    const database = await createTestDatabase();
    const env = {
      DATABASE_URL: database.url,
      WECHAT_APPID: 'wx4f4bc4dec97d474b',
      WECHAT_SECRET: 'c4c1f5d0a2b3948576e0f1d2c3b4a596',
    };
    const demo = await startTestDemo(env, new LogCapture());
    const browser = await launchChromium();
    try {
      const page = await openDemoPage(browser, demo.url);
      expect(await textOf(page, 'notice')).toContain('The page needs the sandbox');
      expect(await page.isVisible('#notice')).toBe(true);
      expect(await page.$$('button[aria-disabled=false]')).toEqual([]);
      await page.click('#login', { force: true });
      expect(await page.$$('.step.lit')).toEqual([]);
      expect(await violationsOn(page)).toEqual([]);
    } finally {
      await browser.close();
      await demo.stop();
      await database.drop();
    }
  }, 60_000);
});
