import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromiumPath, launchChromium, violationsOn } from './support/browser.js';
import { serveSite } from './support/site-server.js';

const LANGUAGES = [
  {
    language: 'English',
    prefix: '/',
    lang: 'en',
    search: 'Search',
    words: [
      ['revokeAll', '/accounts.html'],
      ['PgBouncer', '/deployment.html'],
    ],
  },
  {
    language: 'Chinese',
    prefix: '/zh/',
    lang: 'zh-CN',
    search: '搜索',
    words: [
      ['手机号', '/zh/user-data.html'],
      ['限流', '/zh/throttling.html'],
      ['PgBouncer', '/zh/deployment.html'],
    ],
  },
];

/** Two of each language, or all of them, which takes ten minutes. */
function pagesOf(prefix: string): string[] {
  if (process.env.DOCS_PAGES !== 'all') return [`${prefix}index`, `${prefix}errors`];
  const names = readdirSync(`docs${prefix}`).filter((name) => name.endsWith('.md'));
  return names.map((name) => prefix + name.replace(/\.md$/, ''));
}

const looks = LANGUAGES.flatMap(({ language, prefix }) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    [1280, 375].map((width) => ({ language, prefix, colorScheme, width })),
  ),
);

(chromiumPath === undefined ? describe.skip : describe)('the site of the docs', () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    // .ci/run has built it before.
    if (process.env.DOCS_SITE === undefined) await promisify(execFile)('npm', ['run', 'docs']);
    ({ url, server } = await serveSite(process.env.DOCS_SITE ?? 'reports/docs'));
    browser = await launchChromium();
  }, 240_000);
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    await page.goto(url + path);
    // Set by the script of the page.
    await page.waitForSelector('.VPSwitchAppearance[title]:not([title=""])', { state: 'attached' });
    return page;
  }

  it.each(looks)(
    'has no axe violations and fits the width: $language, $colorScheme, $width px',
    async ({ prefix, colorScheme, width }) => {
      for (const name of pagesOf(prefix)) {
        const page = await open(`${name}.html`, {
          colorScheme,
          viewport: { width, height: 800 },
        });
        const violations = await violationsOn(page);
        // Such as texts below the fading edges of the sidebar.
        const known = violations.filter((line) => !/could not be|to determine/.test(line));
        expect({ name, violations: known }).toEqual({ name, violations: [] });
        const scrolls = await page.evaluate(() => document.documentElement.scrollWidth);
        expect({ name, scrolls }).toEqual({ name, scrolls: width });
        await page.context().close();
      }
    },
    600_000,
  );

  describe.each(LANGUAGES)('in $language', ({ prefix, lang, search, words }) => {
    it.each(words)('finds %s with its search, on the page %s', async (word, path) => {
      const page = await open(prefix);
      expect(await page.getAttribute('html', 'lang')).toBe(lang);
      await page.getByRole('button', { name: search }).click();
      await page.fill('#localsearch-input', word);
      await page.click(`#localsearch-list a[href^="${path}"]`);
      await page.waitForURL(`${url}${path}*`);
      // The address changes before the page.
      await page.waitForSelector(`main:has-text("${word}")`);
      await page.context().close();
    });

    it('leads from the first page to all pages of the sidebar, each with one heading', async () => {
      const page = await open(`${prefix}getting-started.html`);
      const links = await page.$$eval('.VPSidebar a', (all) =>
        all.map((link) => link.getAttribute('href') ?? ''),
      );
      expect(links.length).toBeGreaterThan(20);
      for (const link of links) {
        await page.goto(url + link);
        expect({ link, headings: await page.getByRole('heading', { level: 1 }).count() }).toEqual({
          link,
          headings: 1,
        });
      }
      await page.context().close();
    }, 60_000);
  });
});
