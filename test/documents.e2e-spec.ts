import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const specs = [
  ...readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => join('src', name)),
  ...readdirSync('test').map((name) => join('test', name)),
];

/** The text of `test/<name>.e2e-spec.ts`, or of `<name>.spec.ts` in `src` for `_<name>_`. */
function specOf(name: string): string {
  const unit = /^_(.+)_$/.exec(name)?.[1];
  const file = unit === undefined ? `${name}.e2e-spec.ts` : `${unit}.spec.ts`;
  const path = specs.find((spec) => basename(spec) === file);
  if (path === undefined) throw new Error(`There is no ${file}.`);
  return readFileSync(path, 'utf8').replaceAll("\\'", "'");
}

describe('the measures of SECURITY.md', () => {
  const page = readFileSync('SECURITY.md', 'utf8');
  const [, ...measures] = page
    .slice(page.indexOf('## Measures'), page.indexOf('### Mutation testing'))
    .split('\n')
    .filter((line) => /^\| (?!--)/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\||\|$/g, '').trim()));

  it.each(measures)('against %s: the tests named are there', (_against, _measure, shownBy = '') => {
    for (const group of shownBy.split('; ')) {
      const [name = ''] = group.split(' ');
      const quoted = [...group.matchAll(/"([^"]+)"/g)].map(([, test]) => test);
      expect(quoted.length).toBeGreaterThan(0);
      for (const test of quoted) expect(specOf(name)).toContain(test);
    }
  });
});
