import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { isOption, type Option, type OptionGroup } from '../src/config/option.js';
import { EXTRAS, OPTIONS } from '../src/config/options.js';
import { ERRORS, errorRow, type WechatAuthErrorCode } from '../src/errors/error-codes.js';

const optionsOf = (table: OptionGroup, prefix = ''): [string, Option<unknown>][] =>
  Object.entries(table).flatMap(([name, entry]) =>
    isOption(entry) ? [[prefix + name, entry]] : optionsOf(entry, `${prefix}${name}.`),
  );

const options = [...optionsOf(OPTIONS), ...optionsOf(EXTRAS)];

const pages = [
  {
    language: 'English',
    options: { file: 'docs/wiring.md', headings: ['## Options', '## From the environment'] },
    errors: { file: 'docs/errors.md', headings: ['## Error codes'] },
    words: {
      derived: 'derived from the AppSecret',
      none: { dataSource: 'the default DataSource', loginHook: 'none' },
    },
    isTranslated: false,
  },
  {
    language: 'Chinese',
    options: { file: 'docs/zh/wiring.md', headings: ['## 选项', '## 从环境变量读取'] },
    errors: { file: 'docs/zh/errors.md', headings: ['## 错误码'] },
    words: {
      derived: '由 AppSecret 派生',
      none: { dataSource: '默认的 DataSource', loginHook: '无' },
    },
    isTranslated: true,
  },
];

interface Place {
  readonly file: string;
  readonly headings: readonly string[];
}

/** The rows of the tables in some sections of a page, as cells by the code in their first cell. */
function rowsOf({ file, headings }: Place): Map<string, string[]> {
  const text = readFileSync(file, 'utf8');
  const section = headings
    .map((heading) => text.split(`\n${heading}\n`)[1]?.split('\n## ')[0])
    .join('\n');
  const rows = section.split('\n').flatMap((line): [string, string[]][] => {
    const [first = '', ...cells] = line.split(/(?<!\\)\|/).slice(1, -1);
    const [, name] = /^ *`([\w.]+)` *$/.exec(first) ?? [];
    return name === undefined ? [] : [[name, cells.map((cell) => cell.trim())]];
  });
  return new Map(rows);
}

describe.each(pages)(
  'the tables of the $language docs',
  ({ options: inPage, errors, words, isTranslated }) => {
    const inOptions = rowsOf(inPage);
    const isVariable = (name: string): boolean => name.startsWith('WECHAT_');
    const inErrors = rowsOf(errors);

    const shown = (name: string, { default: value }: Option<unknown>): unknown => {
      if (value === undefined) return Object.entries(words.none).find(([key]) => key === name)?.[1];
      if (!Array.isArray(value)) return `\`${inspect(value)}\``;
      return value.length === 0
        ? words.derived
        : `\`${value.map((each) => inspect(each)).join()}\``;
    };

    it.each(options)('have the option %s with its default and description', (name, option) => {
      const description = isTranslated ? expect.stringMatching(/./) : option.description;
      expect(inOptions.get(name)).toEqual([shown(name, option), description]);
    });

    it('have no option that does not exist', () => {
      const names = [...inOptions.keys()].filter((name) => !isVariable(name));
      const ofApps = ['apps', 'defaultAppid', 'component', 'accessToken'];
      const known = [...ofApps, ...options.map(([name]) => name)];
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
    });

    it('have exactly the environment variables that wechatAuthConfig reads', () => {
      const variables = [...inOptions]
        .filter(([name]) => isVariable(name))
        .map(([name, [option = '']]) => `${name}: ${/`([^`]+)`/.exec(option)?.[1] ?? ''}`);
      const read = options.flatMap(([name, { env }]) =>
        env === undefined ? [] : [`${env}: ${name}`],
      );
      expect(variables.sort()).toEqual(
        ['WECHAT_APPID: appid', 'WECHAT_SECRET: secret', ...read].sort(),
      );
    });

    it.each(Object.keys(ERRORS) as WechatAuthErrorCode[])(
      'have the error %s with its status, action and Retry-After',
      (code) => {
        const { status, action, retryAfter = '' } = errorRow(code);
        const [inStatus, inAction, inRetryAfter] = inErrors.get(code) ?? [];
        expect([inStatus, inAction, inRetryAfter]).toEqual([
          String(status),
          `\`${action}\``,
          String(retryAfter),
        ]);
      },
    );

    it('have no error code that does not exist', () => {
      const codes = [...inErrors.keys()].filter((name) => name.startsWith('WX_'));
      expect(codes.filter((code) => !(code in ERRORS))).toEqual([]);
    });
  },
);
