import { relative, sep } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { addressOf } from './outside-pages.js';

interface Env {
  /** The file of a page, before and after `rewrites`. */
  readonly realPath?: string;
  readonly path: string;
}

/** A link to another file, but not within the generated pages, whose folders stay as they are. */
const isRelative = (link: string): boolean => !/^([a-z]+:|\/|#)/i.test(link);

/** A plugin of markdown-it: pages link to files of the repository, and the site to its pages. */
export function siteLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('site-links', ({ tokens, env }) => {
    const { realPath, path } = env as Env;
    const page = relative('docs', realPath ?? path).replaceAll(sep, '/');
    if (page.startsWith('generated/api/')) return;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const link = token.attrGet('href');
      if (token.type === 'link_open' && link !== null && isRelative(link)) {
        token.attrSet('href', addressOf(page, link));
      }
    }
  });
}
