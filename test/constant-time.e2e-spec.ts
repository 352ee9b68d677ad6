import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const path = '../eslint.config.js';
const { default: config } = (await import(path)) as { default: Linter.Config[] };
const FILE = 'src/user-data/user-data.service.ts';
const source = readFileSync(FILE, 'utf8');
const COMPARISON = 'a.length === b.length && timingSafeEqual(a, b)';

/** Only the rules without types: the whole ESLint takes a minute. */
const rules = config.flatMap((each) => {
  const rule = each.rules?.['no-restricted-syntax'];
  return rule === undefined ? [] : [{ 'no-restricted-syntax': rule }];
});

/** The number of errors in a source. */
const errorsIn = (text: string): number =>
  new Linter()
    .verify(
      text,
      rules.map((each) => ({
        files: ['**/*.ts'],
        languageOptions: { parser: tseslint.parser },
        rules: each,
      })),
      FILE,
    )
    .filter(({ message }) => message.includes('timingSafeEqual')).length;

describe('the comparison of a signature', () => {
  it('[M-23] takes the same time for any wrong signature: timingSafeEqual', () => {
    expect(source).toContain(COMPARISON);
    expect(errorsIn(source)).toBe(0);
  });

  it.each([
    'expected === signature',
    'a.equals(b)',
    'a.compare(b) === 0',
    'String(a) === String(b)',
  ])('[M-23] cannot become `%s` without an error of ESLint', (shortcut) => {
    expect(errorsIn(source.replace(COMPARISON, shortcut))).toBeGreaterThan(0);
  });

  it('[M-23] is recognised by its names in other code', () => {
    expect(errorsIn('const isRight = (signature: string) => digest(text) === signature;')).toBe(1);
    expect(errorsIn("const isText = typeof signature === 'string';")).toBe(0);
  });
});
