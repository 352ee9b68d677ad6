import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { slugOf } from '../docs/.vitepress/slug.js';
import { PAGES } from './support/docs-examples.js';

const MEASURE = /\[(M-\d\d)\]/g;

/** Ids of measures by the spec files whose test titles have them. */
const testedMeasures = new Map<string, string[]>();
for (const folder of ['src', 'test', 'packages/miniprogram']) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.includes('node_modules') || !name.endsWith('spec.ts')) continue;
    const file = join(folder, name);
    for (const [, id = ''] of readFileSync(file, 'utf8').matchAll(MEASURE)) {
      testedMeasures.set(id, [...(testedMeasures.get(id) ?? []), file]);
    }
  }
}

describe('the measures of SECURITY.md', () => {
  const rows = readFileSync('SECURITY.md', 'utf8').matchAll(/^\| (M-\d\d) \| *(.*?) *\|/gm);
  const measures = [...rows].map(([, id = '', threat = '']) => [id, threat] as const);

  it.each(measures)('%s (%s) is in the title of a test', (id) => {
    expect(testedMeasures.get(id) ?? []).not.toEqual([]);
  });

  it('include every id in the title of a test', () => {
    expect(measures.map(([id]) => id)).toEqual(expect.arrayContaining([...testedMeasures.keys()]));
  });

  it('have ids that are used once', () => {
    expect(new Set(measures.map(([id]) => id)).size).toBe(measures.length);
  });
});

describe('docs/ARCHITECTURE.md', () => {
  const page = readFileSync('docs/ARCHITECTURE.md', 'utf8');
  const named = [...page.matchAll(/^\| `([^`]+)\/` /gm)].map(([, folder = '']) => folder);
  const foldersIn = (parent: string, recursive = false): string[] =>
    readdirSync(parent, { recursive, withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^\.|node_modules/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));

  it('names every folder of src, packages and examples, and no folder that does not exist', () => {
    expect(foldersIn('src', true)).not.toEqual([]);
    for (const folder of ['src', ...foldersIn('src', true)]) expect(named).toContain(folder);
    for (const parent of ['packages', 'examples']) {
      for (const folder of foldersIn(parent)) expect(named).toContain(folder);
    }
    expect(named.filter((folder) => !existsSync(folder))).toEqual([]);
  });

  it('has the import flow of .dependency-cruiser.js', async () => {
    const path = '../.dependency-cruiser.js';
    const { default: config } = (await import(path)) as { default: { forbidden: Rule[] } };
    const flow = config.forbidden
      .filter(({ name }) => name.startsWith('flow-of-'))
      .map(({ name, to: { pathNot = '' } }) => {
        const folder = name.slice('flow-of-'.length);
        const allowed = pathNot.slice('^src/('.length, -')/'.length).split('|');
        return [`src/${folder}`, allowed.filter((each) => !GROUND.includes(each)).slice(1)];
      });
    const imports = [...page.matchAll(/^\| `(src\/[\w-]+)` *\| (.*?) *\|$/gm)].map(
      ([, folder, list = '']) => [folder, [...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)],
    );
    expect(imports).toEqual(flow);
  });
});

describe('the links of the pages', () => {
  const textOf = (page: string): string => readFileSync(page, 'utf8').replace(/```[^]*?```/g, '');
  const anchorsOf = (page: string): string[] =>
    [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slugOf(heading));
  const client = ['README.md', 'README.zh-CN.md'].map((name) => join('packages/miniprogram', name));

  it.each([...PAGES, ...client])('lead from %s to files and headings that exist', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const dead = links.filter((link) => {
      if (/^[a-z]+:|^\//.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(dead).toEqual([]);
  });
});

describe('what the pages show of an app that nest new makes', () => {
  const pages = ['.', 'docs', 'docs/zh']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.md'));

  it.each([
    ['login.e2e-spec.ts', /```ts\n(\/\/ test\/login\.e2e-spec\.ts\n[^]*?)```/g],
    ['jest-e2e.json', /```json\n(\{\n {2}"moduleFileExtensions"[^]*?)```/g],
  ])('has %s as it is tested', (name, block) => {
    const tested = readFileSync(join('test/new-apps/app', name), 'utf8');
    for (const page of pages) {
      for (const [, shown] of readFileSync(page, 'utf8').matchAll(block)) {
        expect({ page, shown }).toEqual({ page, shown: tested });
      }
    }
  });
});

interface Rule {
  readonly name: string;
  readonly to: { readonly pathNot?: string };
}

/** What every folder may import. */
const GROUND = ['postgres', 'config', 'crypto', 'errors', 'common'];
