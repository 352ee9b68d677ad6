import { existsSync } from 'node:fs';
import axe, { type AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

/** CHROMIUM_PATH, or the Chromium of Debian. */
export const chromiumPath =
  process.env.CHROMIUM_PATH ?? ['/usr/bin/chromium'].find((path) => existsSync(path));

/** A headless Chromium without background requests. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('Install chromium, or set CHROMIUM_PATH.');
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      // As root, as in a container, Chromium does not start with its own sandbox.
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

/** The violations that axe finds, and contrasts that it cannot compute: one line for each element. */
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

/** Clicks a button of the demo's page and waits until its steps have ended. */
export async function press(page: Page, button: string): Promise<void> {
  await page.click(`#${button}[aria-disabled=false]`);
  await page.waitForSelector(`#${button}[aria-disabled=false]`);
}
