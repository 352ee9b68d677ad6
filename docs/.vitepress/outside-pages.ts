import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** The pages of the site that are not in docs/, by their place in the repository. */
export const OUTSIDE_PAGES: Readonly<Record<string, string>> = {
  'SECURITY.md': 'security-policy.md',
  'CONTRIBUTING.md': 'contributing.md',
  'CHANGELOG.md': 'changelog.md',
  LICENSE: 'license.md',
  'packages/miniprogram/README.md': 'client.md',
  'packages/miniprogram/README.zh-CN.md': 'zh/client.md',
};

/** Other files that pages link to, and the page that has the same content. */
const SAME_AS: Readonly<Record<string, string>> = {
  'README.md': 'index.md',
  'README.zh-CN.md': 'zh/index.md',
  'packages/miniprogram/LICENSE': 'license.md',
};

/** VitePress reads pages only below docs/, so they are copied to folders that git ignores. */
const copyOf = (page: string): string => {
  const locale = page.startsWith('zh/') ? 'zh' : '';
  return posix.join(locale, 'generated', posix.basename(page));
};

/** For VitePress: where the generated pages are in the site. */
export const rewrites = {
  ...Object.fromEntries(Object.values(OUTSIDE_PAGES).map((page) => [copyOf(page), page])),
  'generated/api/:page(.*)': 'api/:page',
};

export function copyOutsidePages(): void {
  for (const [source, page] of Object.entries(OUTSIDE_PAGES)) {
    const copy = join('docs', copyOf(page));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(source, copy);
  }
}

/**
 * The address in the site of what a page links to, as relative links follow the folders of the
 * repository.
 *
 * @param page - the page with the link, below docs/.
 * @param link - as in its Markdown, such as `../SECURITY.md#keys`.
 * @throws if the link leads out of docs/ to a file that is no page of the site.
 */
export function addressOf(page: string, link: string): string {
  const [path = '', hash = ''] = link.split(/(?=#)/);
  const [source = posix.join('docs', page)] =
    Object.entries(OUTSIDE_PAGES).find(([, each]) => copyOf(each) === page) ?? [];
  const target = posix.join(posix.dirname(source), path);
  const inSite =
    OUTSIDE_PAGES[target] ??
    SAME_AS[target] ??
    (target.startsWith('docs/') ? target.slice('docs/'.length) : undefined);
  if (inSite === undefined) throw new Error(`${source}: ${link} is no page of the site.`);
  return `/${inSite}${hash}`;
}
