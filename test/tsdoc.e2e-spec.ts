import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { documentedExports } from './support/tsdoc.js';

/** Where the examples are written to, one file for each. */
const EXAMPLES = 'reports/tsdoc-examples';

const documented = documentedExports(['src/index.ts', 'src/testing/index.ts']);

describe('the TSDoc of the public API', () => {
  it('describes every export and every public member of an exported class', () => {
    expect(documented.filter(({ summary }) => summary === '').map(({ name }) => name)).toEqual([]);
  });

  it('tags every export with @publicApi or @internal', () => {
    const untagged = documented.filter(
      ({ isMember, tags }) => !isMember && !tags.has('publicApi') && !tags.has('internal'),
    );
    expect(untagged.map(({ name }) => name)).toEqual([]);
  });

  it('has an example for every exported function and class, and every method with parameters', () => {
    const without = documented.filter(({ isCallable, examples }) => isCallable && !examples.length);
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

describe('the examples in the TSDoc of the public API', () => {
  beforeAll(() => {
    rmSync(EXAMPLES, { recursive: true, force: true });
    mkdirSync(EXAMPLES, { recursive: true });
  });

  it('compile', () => {
    const prelude = readFileSync('test/support/tsdoc-prelude.ts.txt', 'utf8');
    const paths = documented.flatMap(({ name, examples }) =>
      examples.map((example, i) => {
        const path = join(EXAMPLES, `${name}-${String(i + 1)}.ts`);
        writeFileSync(path, `${prelude}${asModule(example)}\n`);
        return path;
      }),
    );
    expect(paths.length).toBeGreaterThan(40);
    const options: ts.CompilerOptions = { ...readOptions(), allowUnreachableCode: true };
    const program = ts.createProgram(paths, options);
    const errors = paths.flatMap((path) => errorsIn(program, path));
    expect(errors).toEqual([]);
  }, 120_000);
});

/** An example is a class, one or more members of a class, options of the module, or statements. */
function asModule(example: string): string {
  const [code = ''] = example.split('\n').filter((line) => !/^(@|\/\/)/.test(line));
  if (/^\w+: /.test(code)) return `export const options = {\n${example}\n};`;
  if (/^(async )?(?!if\b)\w+\(.*\{\}?$/.test(code)) {
    return `export class Example extends Injected {\n${example}\n}`;
  }
  if (code.startsWith('export ')) return example;
  return `export async function example(): Promise<unknown> {\n${example}\nreturn;\n}`;
}

function readOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, '.').options;
}

const errorsIn = (program: ts.Program, path: string): string[] =>
  ts
    .getPreEmitDiagnostics(program, program.getSourceFile(path))
    .map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
