import type TS from 'typescript';
import { ts } from './compiler.js';
import { endOfComments, indentationAt, startsItsLine, styleOf, widthAt } from './layout.js';

/** What has brackets, with commas between its elements. */
export type List = TS.ArrayLiteralExpression | TS.ObjectLiteralExpression | TS.NamedImports;
export type Place = 'first' | 'last';

/** That of Prettier, if it is not told another. */
const MAX_WIDTH = 80;

const elementsOf = (list: List): TS.NodeArray<TS.Node> =>
  ts.isObjectLiteralExpression(list) ? list.properties : list.elements;

/**
 * Adds an element to a list of this text, in the layout of that list. Comments stay beside the
 * elements that they follow.
 *
 * @param item - indented with tabs, which become the indentation of the text
 */
export function insert(text: string, list: List, item: string, place: Place): string {
  const inner = text.slice(list.getStart() + 1, list.end - 1);
  return inner.includes('\n')
    ? insertIntoLines(text, list, item, place)
    : insertIntoLine(text, list, item, place);
}

function insertIntoLine(text: string, list: List, item: string, place: Place): string {
  const [start, end] = [list.getStart() + 1, list.end - 1];
  const elements = elementsOf(list);
  const items = elements.map((element) =>
    text.slice(element.getFullStart(), endOfComments(text, element.end)).trim(),
  );
  items.splice(place === 'first' ? 0 : items.length, 0, item);
  const isInItems = !elements.hasTrailingComma && elements.length > 0;
  const comment = isInItems ? '' : text.slice(elements.end, end).trim();
  const replacedBy = (inner: string): string => text.slice(0, start) + inner + text.slice(end);

  const isSpaced = elements.length === 0 ? !ts.isArrayLiteralExpression(list) : text[start] === ' ';
  const space = isSpaced ? ' ' : '';
  const line = [items.join(', '), comment].join(comment === '' ? '' : ' ');
  const flat = replacedBy(`${space}${line}${space}`);
  // A line that is too long already is one of a host with another width.
  const isFree = widthAt(text, start) > MAX_WIDTH || widthAt(flat, start) <= MAX_WIDTH;
  if (!item.includes('\n') && isFree) return flat;

  const base = indentationAt(text, start);
  const indentation = base + styleOf(text).step;
  items[place === 'first' ? 0 : items.length - 1] = indent(item, indentation, text);
  const lines = [...items.map((each) => `${each},`), ...(comment === '' ? [] : [comment])];
  return replacedBy(`${lines.map((each) => `\n${indentation}${each}`).join('')}\n${base}`);
}

function insertIntoLines(text: string, list: List, item: string, place: Place): string {
  const start = list.getStart() + 1;
  const elements = elementsOf(list);
  const [first, last] = [elements[0], elements.at(-1)];
  const put = (position: number, added: string): string =>
    text.slice(0, position) + added + text.slice(position);
  if (first === undefined || last === undefined) {
    const indentation = indentationAt(text, start) + styleOf(text).step;
    const position = start + text.slice(start, list.end - 1).trimEnd().length;
    return put(position, `\n${indentation}${indent(item, indentation, text)},`);
  }
  const beside = place === 'first' ? first : last;
  const indentation = indentationAt(text, beside.getStart());
  const hasOwnLine = startsItsLine(text, beside.getStart());
  const added = indent(item, indentation, text);
  if (place === 'first') {
    return hasOwnLine
      ? put(endOfComments(text, start), `\n${indentation}${added},`)
      : put(first.getStart(), `${added}, `);
  }
  const hasLastComma = elements.hasTrailingComma;
  const position = endOfComments(text, hasLastComma ? elements.end : last.end);
  const after = text.slice(last.end, position);
  const separator = hasOwnLine || after.includes('//') ? `\n${indentation}` : ' ';
  return hasLastComma
    ? put(position, `${separator}${added},`)
    : `${text.slice(0, last.end)},${after}${separator}${added}${text.slice(position)}`;
}

function indent(item: string, indentation: string, text: string): string {
  return item.replaceAll('\t', styleOf(text).step).replaceAll('\n', `\n${indentation}`);
}
