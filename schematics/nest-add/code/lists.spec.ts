import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { descendants, parse, ts } from './compiler.js';
import { insert, type Place } from './lists.js';

/** Adds `NEW` to the first array of a text. */
function add(text: string, place: Place, item = 'NEW'): string {
  const array = descendants(parse('file.ts', text)).find((node) =>
    ts.isArrayLiteralExpression(node),
  );
  return insert(text, array!, item, place);
}

describe('insert', () => {
  it.each([
    ['an empty list', '[]', '[NEW]', '[NEW]'],
    ['a list in one line', '[A, B]', '[A, B, NEW]', '[NEW, A, B]'],
    ['a list with spaces', '[ A ]', '[ A, NEW ]', '[ NEW, A ]'],
    ['a comma at the end of the line', '[A, B,]', '[A, B, NEW]', '[NEW, A, B]'],
    ['a comment in the line', '[A /* a */]', '[A /* a */, NEW]', '[NEW, A /* a */]'],
    ['a comment after the comma', '[A, /* a */]', '[A, NEW /* a */]', '[NEW, A /* a */]'],
    ['lines', '[\n  A,\n  B,\n]', '[\n  A,\n  B,\n  NEW,\n]', '[\n  NEW,\n  A,\n  B,\n]'],
    ['no last comma', '[\n  A,\n  B\n]', '[\n  A,\n  B,\n  NEW\n]', '[\n  NEW,\n  A,\n  B\n]'],
    [
      'a comment at the end',
      '[\n  A, // a\n]',
      '[\n  A, // a\n  NEW,\n]',
      '[\n  NEW,\n  A, // a\n]',
    ],
    ['that, no comma', '[\n  A // a\n]', '[\n  A, // a\n  NEW\n]', '[\n  NEW,\n  A // a\n]'],
    [
      'a comment before',
      '[\n  // a\n  A,\n]',
      '[\n  // a\n  A,\n  NEW,\n]',
      '[\n  NEW,\n  // a\n  A,\n]',
    ],
    ['one alone', '[\n  // none\n]', '[\n  // none\n  NEW,\n]', '[\n  // none\n  NEW,\n]'],
    ['an element of lines', '[A({\n  b,\n})]', '[A({\n  b,\n}), NEW]', '[NEW, A({\n  b,\n})]'],
    ['tabs', '[\n\tA,\n]', '[\n\tA,\n\tNEW,\n]', '[\n\tNEW,\n\tA,\n]'],
  ])('keeps the layout of %s', (_, list, last, first) => {
    expect(add(`const list = ${list};`, 'last')).toBe(`const list = ${last};`);
    expect(add(`const list = ${list};`, 'first')).toBe(`const list = ${first};`);
  });

  it('breaks a line that would be longer than 80 characters', () => {
    const long = 'A'.repeat(60);
    expect(add(`  const list = [${long}];`, 'last')).toBe(
      `  const list = [\n    ${long},\n    NEW,\n  ];`,
    );
  });

  it('breaks a line for an item of several lines, and indents them', () => {
    expect(add('@Module({ imports: [A] })', 'last', 'NEW({\n\ta,\n})')).toBe(
      '@Module({ imports: [\n  A,\n  NEW({\n    a,\n  }),\n] })',
    );
  });

  it('keeps all elements and comments, whatever the layout', () => {
    const space = fc.constantFrom('', ' ', '\n', '\n  ', ' /* c */ ', ' // c\n', '\n// c\n');
    const element = fc.constantFrom('A', 'B()', 'C({\n  c,\n})', '...d', '[1, 2]');
    const list = fc
      .tuple(fc.array(fc.tuple(space, element, space), { maxLength: 4 }), fc.boolean(), space)
      .map(([parts, hasLastComma, end]) => {
        const inner = parts.map((part) => part.join('')).join(',');
        return `const list = [${inner}${hasLastComma && parts.length > 0 ? ',' : ''}${end}];`;
      });
    const elements = (text: string): string[] => {
      const source = parse('file.ts', text);
      const array = descendants(source).find((node) => ts.isArrayLiteralExpression(node))!;
      return array.elements.map((each) => each.getText());
    };
    fc.assert(
      fc.property(list, fc.constantFrom<Place>('first', 'last'), (text, place) => {
        const after = add(text, place);
        const before = elements(text);
        expect(elements(after)).toEqual(
          place === 'first' ? ['NEW', ...before] : [...before, 'NEW'],
        );
        expect(after.match(/\/[/*] c/g)).toEqual(text.match(/\/[/*] c/g));
      }),
    );
  });
});
