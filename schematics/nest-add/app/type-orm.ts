import type TS from 'typescript';
import { descendants, ts } from '../code/compiler.js';
import { isValueOf, valueOf } from '../code/properties.js';
import { staticCalls } from '../code/static-calls.js';
import { Refusal } from '../refusal.js';

/** How the app opens its default DataSource. */
export type TypeOrm =
  | { readonly kind: 'absent' }
  /** With a literal that can be edited: {@link literalOf} finds it. */
  | { readonly kind: 'literal'; readonly path: string }
  /** In a way that is left as it is. */
  | { readonly kind: 'other'; readonly path: string };

export const TYPE_ORM_MODULE = { name: 'TypeOrmModule', from: '@nestjs/typeorm' };

/** @throws {@link Refusal} if the default DataSource is none of Postgres */
export function readTypeOrm(sources: readonly TS.SourceFile[], sourceRoot: string): TypeOrm {
  const calls = sources.flatMap((source) => rootCalls(source));
  const defaults = calls.filter((call) => !hasName(call));
  for (const call of defaults) refuseOtherDatabases(call);
  const [call] = defaults;
  if (calls.length === 0) return { kind: 'absent' };
  if (call === undefined) {
    throw new Refusal(
      'All DataSources of the app have names: one has to be chosen by `dataSource`.',
    );
  }
  const source = call.getSourceFile();
  const path = source.fileName;
  const isOwn = path.startsWith(`${sourceRoot}/`);
  const isLiteral = isOwn && defaults.length === 1 && literalOf(source) !== undefined;
  return { kind: isLiteral ? 'literal' : 'other', path };
}

/** The object of `TypeOrmModule.forRoot({ type: 'postgres', … })`, if all options are in it. */
export function literalOf(source: TS.SourceFile): TS.ObjectLiteralExpression | undefined {
  for (const call of rootCalls(source)) {
    const [options] = call.arguments;
    if (options === undefined || !ts.isObjectLiteralExpression(options) || hasName(call)) continue;
    const type = valueOf(options, 'type');
    const isPostgres = type !== undefined && ts.isStringLiteralLike(type);
    const hasSpread = options.properties.some((property) => ts.isSpreadAssignment(property));
    if (isPostgres && !hasSpread) return options;
  }
  return undefined;
}

function rootCalls(source: TS.SourceFile): TS.CallExpression[] {
  return staticCalls(source, TYPE_ORM_MODULE, ['forRoot', 'forRootAsync']);
}

function hasName({ arguments: [options] }: TS.CallExpression): boolean {
  if (options === undefined || !ts.isObjectLiteralExpression(options)) return false;
  return valueOf(options, 'name') !== undefined;
}

function refuseOtherDatabases(call: TS.CallExpression): void {
  for (const node of descendants(call)) {
    if (!ts.isObjectLiteralExpression(node) || isValueOf('cache', node)) continue;
    const type = valueOf(node, 'type');
    if (type === undefined || !ts.isStringLiteralLike(type) || type.text === 'postgres') continue;
    const { fileName } = call.getSourceFile();
    throw new Refusal(`TypeORM in ${fileName} has the type "${type.text}"; this needs PostgreSQL.`);
  }
}
