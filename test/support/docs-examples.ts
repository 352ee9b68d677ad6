import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the examples are written to. */
export const EXAMPLES = 'reports/examples';

/** A TypeScript example of the pages, or a JavaScript one that is a module. */
export interface Example {
  readonly code: string;
  /** Its file. */
  readonly path: string;
  /** Where it is: `docs/guard.md:30`. A translated page often has the same example. */
  readonly places: string[];
}

const markdownIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

/** The pages; those of the client are tested in its package, as its users compile them. */
export const PAGES = [...markdownIn('.'), ...markdownIn('docs'), ...markdownIn('docs/zh')];

/** The packages of this repository, as seen from the folder of the examples. */
const PACKAGES: Readonly<Record<string, string>> = {
  'nestjs-wechat-auth': '../../src/index.js',
  'nestjs-wechat-auth/testing': '../../src/testing/index.js',
  'nestjs-wechat-auth-miniprogram': '../../packages/miniprogram/src/index.js',
  // The mini program resolves its modules without an extension.
  './session': './session.js',
};

/** What a mini program has without an import. */
const WX = 'declare const wx: Record<string, (options: object) => unknown>;\n';

interface Block {
  readonly place: string;
  readonly language: 'ts' | 'js';
  readonly code: string;
}

/** The TypeScript and JavaScript blocks of a page. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/```([tj]s)\n([^]*?)```/g)].map(
    ({ index, 1: language = '', 2: code = '' }) => ({
      place: `${page}:${String(text.slice(0, index).split('\n').length)}`,
      language: language as Block['language'],
      code,
    }),
  );
}

/** Tests of an app that `nest new` makes are run there: see test/new-apps. */
const isTestedInNewApps = (code: string): boolean => code.startsWith('// test/');

/** What stays the same when a page is translated. */
export const withoutComments = (code: string): string =>
  code.replace(/ *\/\*[^]*?\*\/| *\/\/.*$/gm, '');

/**
 * Writes the examples of all pages to {@link EXAMPLES}, and those that differ in their comments alone
 * once. A TypeScript example without imports gets those of docs-prelude.ts.txt. A file name in a
 * comment on its first line is the name of its file, so that other examples can import it.
 */
export function writeExamples(): Example[] {
  rmSync(EXAMPLES, { recursive: true, force: true });
  mkdirSync(EXAMPLES, { recursive: true });
  const prelude = readFileSync('test/support/docs-prelude.ts.txt', 'utf8');
  const examples = new Map<string, Example>();
  for (const { place, language, code } of PAGES.flatMap(blocksOf)) {
    const hasImports = /^import /m.test(code);
    if ((language === 'js' && !hasImports) || isTestedInNewApps(code)) continue;
    const [, name = place.replaceAll(/[/:.]/g, '-')] = /^\/\/ ([\w.-]+)\.[tj]s/.exec(code) ?? [];
    const known = examples.get(withoutComments(code));
    if (known !== undefined) {
      known.places.push(place);
      continue;
    }
    const path = join(EXAMPLES, `${name}.ts`);
    const header = language === 'js' ? WX : hasImports ? '' : prelude;
    writeFileSync(path, withPackages(`${header}${code}\nexport {};\n`), { flag: 'wx' });
    examples.set(withoutComments(code), { code, path, places: [place] });
  }
  return [...examples.values()];
}

const withPackages = (code: string): string =>
  code.replace(/from '([^']+)'/g, (_, name: string) => `from '${PACKAGES[name] ?? name}'`);
