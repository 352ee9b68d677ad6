import { existsSync } from 'node:fs';
import axe, { type AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

/** The Chromium there is: that of CHROMIUM_PATH, or Debian's. */
export const chromiumPath =
  process.env.CHROMIUM_PATH ?? ['/usr/bin/chromium'].find((path) => existsSync(path));

/** Headless, and with nothing to do but what it is told. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('Install chromium, or set CHROMIUM_PATH.');
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      // Chromium has no sandbox of its own as root, as in a container.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
}

/** What axe finds fault with, and contrasts that it cannot tell, one line for each element. */
export async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations, incomplete } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  const unknown = incomplete.filter(({ id }) => id === 'color-contrast');
  return [...violations, ...unknown].flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${String(target)}: ${String(failureSummary)}`,
    ),
  );
}

/** Presses a button of the demo's page and waits until all is said and done. */
export async function press(page: Page, button: string): Promise<void> {
  await page.click(`#${button}[aria-disabled=false]`);
  await page.waitForSelector(`#${button}[aria-disabled=false]`);
}
