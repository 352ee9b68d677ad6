import type TS from 'typescript';
import { Refusal } from '../refusal.js';
import { parse, ts } from './compiler.js';
import { insert, type Place } from './lists.js';
import { importedAs } from './imports.js';
import { propertyOf } from './properties.js';

const MODULE = { name: 'Module', from: '@nestjs/common' };

/** The object literal of `@Module({ … })`. @throws {@link Refusal} if there is none */
export function metadataOf(source: TS.SourceFile, className: string): TS.ObjectLiteralExpression {
  const declaration = source.statements.find(
    (each): each is TS.ClassDeclaration =>
      ts.isClassDeclaration(each) && each.name?.text === className,
  );
  const where = `${source.fileName} has no`;
  if (declaration === undefined) throw new Refusal(`${where} class ${className}.`);
  const module = importedAs(source, MODULE);
  for (const { expression } of ts.getDecorators(declaration) ?? []) {
    if (!ts.isCallExpression(expression) || expression.expression.getText() !== module) continue;
    const [metadata] = expression.arguments;
    if (metadata !== undefined && ts.isObjectLiteralExpression(metadata)) return metadata;
  }
  throw new Refusal(`${where} @Module({ … }) with an object literal at ${className}.`);
}

/** @throws {@link Refusal} if the property is there, but not as an array literal */
export function arrayOf(
  metadata: TS.ObjectLiteralExpression,
  name: string,
): TS.ArrayLiteralExpression | undefined {
  const property = propertyOf(metadata, name);
  if (property === undefined) return undefined;
  if (ts.isPropertyAssignment(property) && ts.isArrayLiteralExpression(property.initializer)) {
    return property.initializer;
  }
  const { fileName } = metadata.getSourceFile();
  throw new Refusal(`The ${name} of the module in ${fileName} are not an array literal.`);
}

/** A list of `@Module({ … })`, and what to add to it. */
export interface ModuleItem {
  readonly property: 'imports' | 'controllers';
  readonly item: string;
  readonly place: Place;
}

export function addToModule(
  text: string,
  className: string,
  { property, item, place }: ModuleItem,
): string {
  const metadata = metadataOf(parse('module.ts', text), className);
  const list = arrayOf(metadata, property);
  return list === undefined
    ? insert(text, metadata, `${property}: [\n\t${item.replaceAll('\n', '\n\t')},\n]`, 'first')
    : insert(text, list, item, place);
}
