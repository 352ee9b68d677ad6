import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';
import ts from 'typescript';
import { unvalidatedParameter } from './unvalidated-parameter.js';

const SOURCE = `
  import { unvalidated } from 'decorators';
  class User {}
  export class Handlers {
    one(@unvalidated user: User) {}
    second(other: User, @unvalidated user: User, name: string) {}
    none(user: User) {}
  }
  export { User };
`;

const options = { experimentalDecorators: true, emitDecoratorMetadata: true };
const swc = (decoratorMetadata: boolean): string =>
  transformSync(SOURCE, {
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata },
    },
  }).code;

/** Runs the compiled source, with `unvalidated` as its decorator. */
function load(code: string): { Handlers: { prototype: object }; User: unknown } {
  const exported = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- The source is that of this file.
  const run = new Function('exports', 'require', code) as (...args: unknown[]) => void;
  run(exported, () => ({ unvalidated: unvalidatedParameter }));
  return exported as ReturnType<typeof load>;
}

describe.each([
  ['tsc', () => ts.transpile(SOURCE, { ...options, module: ts.ModuleKind.CommonJS })],
  ['SWC', () => swc(true)],
])('the types of parameters, compiled by %s,', (_, compile) => {
  const { Handlers, User } = load(compile());
  const typesOf = (method: string): unknown =>
    Reflect.getMetadata('design:paramtypes', Handlers.prototype, method);

  it('are Object for the decorated parameter, and unchanged for the others', () => {
    expect(typesOf('one')).toEqual([Object]);
    expect(typesOf('second')).toEqual([User, Object, String]);
  });
});

it('unvalidatedParameter works with a compiler that stores no types of parameters', () => {
  const { Handlers } = load(swc(false));
  expect(Reflect.getMetadata('design:paramtypes', Handlers.prototype, 'one')).toBeUndefined();
});
