import { describe, expect, it } from '@jest/globals';
import { addToModule } from './module-metadata.js';

const IMPORT = "import { Module } from '@nestjs/common';\n";
const added = (module: string): string =>
  addToModule(IMPORT + module, 'AppModule', { property: 'imports', item: 'NEW', place: 'last' });

describe('addToModule', () => {
  it.each([
    ['in one line', '@Module({ imports: [A] }) export class AppModule {}', '[A, NEW]'],
    [
      'with comments',
      '@Module({ imports: [/* none */] })\nexport class AppModule {}',
      '[NEW /* none */]',
    ],
    [
      'with a spread',
      '@Module({ imports: [...shared] })\nexport class AppModule {}',
      '[...shared, NEW]',
    ],
    [
      'with another decorator',
      '@Global()\n@Module({ imports: [A] })\nclass AppModule {}',
      '[A, NEW]',
    ],
    ['with quoted keys', '@Module({ "imports": [A] })\nclass AppModule {}', '[A, NEW]'],
  ])('adds to a module %s', (_, module, imports) => {
    expect(added(module)).toBe(IMPORT + module.replace(/\[.*\]/, imports));
  });

  it('adds the property to a module that does not have it', () => {
    expect(added('@Module({\n  providers: [A],\n})\nclass AppModule {}')).toBe(
      `${IMPORT}@Module({\n  imports: [\n    NEW,\n  ],\n  providers: [A],\n})\nclass AppModule {}`,
    );
    expect(added('@Module({})\nclass AppModule {}')).toContain('imports: [\n    NEW,\n  ],');
  });

  it('knows @Module by another name', () => {
    const text =
      "import * as nest from '@nestjs/common';\n@nest.Module({ imports: [] })\nclass A {}";
    const item = { property: 'imports', item: 'NEW', place: 'last' } as const;
    expect(addToModule(text, 'A', item)).toContain('imports: [NEW]');
  });
});
