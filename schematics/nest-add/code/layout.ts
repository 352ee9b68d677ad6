import { ts } from './compiler.js';

interface Style {
  readonly quote: string;
  readonly semicolon: string;
  /** One step of indentation. */
  readonly step: string;
}

/** How a file is written, from its first import and its first indented line. */
export function styleOf(text: string): Style {
  const [, quote = "'", semicolon = ';'] =
    /^(?:import|\})[^'"\n]*(["'])[^'"\n]*["'](;?)/m.exec(text) ?? [];
  const [, step = '  '] = /^(\t| {2,8})[^\s*]/m.exec(text) ?? [];
  return { quote, semicolon, step };
}

const lineBefore = (text: string, position: number): string =>
  text.slice(text.lastIndexOf('\n', position - 1) + 1, position);

/** The white space at the start of the line of a position. */
export function indentationAt(text: string, position: number): string {
  return /^[\t ]*/.exec(lineBefore(text, position))?.[0] ?? '';
}

export function startsItsLine(text: string, position: number): boolean {
  return lineBefore(text, position).trim() === '';
}

/** The length of the line of a position. */
export function widthAt(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return lineBefore(text, position).length + (end < 0 ? text.length : end) - position;
}

/** The end of the comments that follow a position in its line. */
export function endOfComments(text: string, position: number): number {
  return ts.getTrailingCommentRanges(text, position)?.at(-1)?.end ?? position;
}
