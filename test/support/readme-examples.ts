import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the examples are written to, one folder for each page. */
export const EXAMPLES = 'reports/examples';

/** The pages; those of the client are tested in its package, as its users compile them. */
const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** The packages of this repository, as seen from the folder of a page. */
const PACKAGES: Readonly<Record<string, string>> = {
  'nestjs-wechat-auth': '../../../src/index.js',
  'nestjs-wechat-auth/testing': '../../../src/testing/index.js',
  'nestjs-wechat-auth-miniprogram': '../../../packages/miniprogram/src/index.js',
};

/**
 * Writes the TypeScript examples of all pages to {@link EXAMPLES}, and the JavaScript ones that are
 * modules. An example without imports gets those of readme-prelude.ts.txt. A file name in a comment on
 * its first line is the name of its file, so that other examples of the page can import it.
 *
 * @returns the paths of the files, by page.
 */
export function writeExamples(): Map<string, string[]> {
  rmSync(EXAMPLES, { recursive: true, force: true });
  const prelude = readFileSync('test/support/readme-prelude.ts.txt', 'utf8');
  const files = new Map<string, string[]>();
  for (const page of pages) {
    const folder = join(EXAMPLES, page.replaceAll('/', '-'));
    const text = readFileSync(page, 'utf8');
    for (const { index, 1: language, 2: code = '' } of text.matchAll(/```([tj]s)\n([^]*?)```/g)) {
      const hasImports = /^import /m.test(code);
      if (language === 'js' && !hasImports) continue;
      const line = text.slice(0, index).split('\n').length;
      const [, name = `line-${String(line)}.ts`] = /^\/\/ ([\w.-]+\.ts)/.exec(code) ?? [];
      const path = join(folder, name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, withPackages(hasImports ? code : `${prelude}${code}\nexport {};\n`));
      files.set(page, [...(files.get(page) ?? []), path]);
    }
  }
  return files;
}

const withPackages = (code: string): string =>
  code.replace(/from '([^']+)'/g, (_, name: string) => `from '${PACKAGES[name] ?? name}'`);
