import type TS from 'typescript';
import { descendants, parse, ts } from './compiler.js';
import { insert } from './lists.js';
import { endOfComments, styleOf } from './layout.js';

/** What a file imports by name. */
export interface Imported {
  readonly name: string;
  readonly from: string;
}

/** The name by which a file uses what it imports, such as `typeorm.TypeOrmModule`. */
export function importedAs(source: TS.SourceFile, { name, from }: Imported): string | undefined {
  for (const { bindings } of importsOf(source).filter((each) => each.from === from)) {
    if (bindings === undefined) continue;
    if (ts.isNamespaceImport(bindings)) return `${bindings.name.text}.${name}`;
    const element = bindings.elements.find(
      (each) => (each.propertyName ?? each.name).text === name,
    );
    if (element !== undefined) return element.name.text;
  }
  return undefined;
}

/** From where a file imports a name that it uses. */
export function importSourceOf(source: TS.SourceFile, local: string): string | undefined {
  const isOf = ({ bindings }: ImportLine): boolean =>
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.some(({ name, propertyName }) => !propertyName && name.text === local);
  return importsOf(source).find(isOf)?.from;
}

/** Adds an import, unless the file has it; with another name if the file uses that one. */
export function addImport(text: string, imported: Imported): string {
  const source = parse('file.ts', text);
  if (importedAs(source, imported) !== undefined) return text;
  const { name } = imported;
  const isTaken = descendants(source).some((node) => ts.isIdentifier(node) && node.text === name);
  const specifier = isTaken ? `${name} as Nest${name}` : name;

  const imports = importsOf(source);
  for (const { from, bindings, isTypeOnly } of imports) {
    if (from !== imported.from || isTypeOnly || bindings === undefined) continue;
    if (ts.isNamedImports(bindings)) return insert(text, bindings, specifier, 'last');
  }

  const { quote, semicolon } = styleOf(text);
  const line = `import { ${specifier} } from ${quote}${imported.from}${quote}${semicolon}`;
  const isRelative = (from: string): boolean => from.startsWith('.');
  const after =
    imports.findLast(({ from }) => isRelative(imported.from) || !isRelative(from)) ??
    imports.at(-1);
  if (after === undefined) return `${line}\n\n${text}`;
  const end = endOfComments(text, after.end);
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
}

interface ImportLine {
  readonly from: string;
  readonly bindings: TS.NamedImportBindings | undefined;
  readonly isTypeOnly: boolean;
  readonly end: number;
}

function importsOf(source: TS.SourceFile): ImportLine[] {
  return source.statements
    .filter((statement) => ts.isImportDeclaration(statement))
    .map((statement) => ({
      from: ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : '',
      bindings: statement.importClause?.namedBindings,
      // How the compiler names it differs between its versions.
      isTypeOnly: /^import\s+type\b/.test(statement.getText()),
      end: statement.end,
    }));
}
