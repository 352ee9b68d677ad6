import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startDemo, type Demo } from '../../examples/demo/demo.js';
import type { LogCapture } from './log-capture.js';

export type RunningDemo = Demo & { stop(): Promise<void> };

/** The demo in this process, on any free ports. */
export async function startTestDemo(
  env: Record<string, string>,
  logger: LogCapture,
): Promise<RunningDemo> {
  const settings = { PORT: '0', WECHAT_SANDBOX_PORT: '0', ...env };
  Object.assign(process.env, settings);
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0)) await each();
  };
  try {
    return { ...(await startDemo(stops, { logger })), stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const name of Object.keys(settings)) Reflect.deleteProperty(process.env, name);
  }
}

/** The page in a new browser context: without a session. */
export async function openDemoPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector('#login[aria-disabled]');
  return page;
}

export const textOf = async (page: Page, id: string): Promise<string> =>
  (await page.textContent(`#${id}`)) ?? '';
