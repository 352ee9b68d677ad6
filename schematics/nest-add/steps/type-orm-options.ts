import type TS from 'typescript';
import { literalOf } from '../app/type-orm.js';
import { parse, ts } from '../code/compiler.js';
import { addImport, type Imported } from '../code/imports.js';
import { insert } from '../code/lists.js';
import { propertyOf, valueOf } from '../code/properties.js';

/** The literal of `TypeOrmModule.forRoot({ … })`, in a text that changes. */
export class TypeOrmOptions {
  constructor(
    private readonly path: string,
    private text: string,
  ) {}

  toString(): string {
    return this.text;
  }

  has(name: string): boolean {
    return propertyOf(this.literal, name) !== undefined;
  }

  isTrue(name: string): boolean {
    return valueOf(this.literal, name)?.kind === ts.SyntaxKind.TrueKeyword;
  }

  /** The value of an option as it is written. */
  codeOf(name: string): string {
    return propertyOf(this.literal, name)?.getText() ?? '';
  }

  import(imported: Imported): void {
    this.text = addImport(this.text, imported);
  }

  add(option: string): void {
    this.text = insert(this.text, this.literal, option, 'last');
  }

  /** Adds to an option that is an array literal. */
  prepend(name: string, item: string): void {
    const list = this.arrayOf(name);
    if (list !== undefined) this.text = insert(this.text, list, item, 'first');
  }

  isArray(name: string): boolean {
    return this.arrayOf(name) !== undefined;
  }

  private arrayOf(name: string): TS.ArrayLiteralExpression | undefined {
    const value = valueOf(this.literal, name);
    return value !== undefined && ts.isArrayLiteralExpression(value) ? value : undefined;
  }

  private get literal(): TS.ObjectLiteralExpression {
    const literal = literalOf(parse(this.path, this.text));
    if (literal === undefined) throw new Error(`The options of TypeORM in ${this.path} are gone.`);
    return literal;
  }
}
