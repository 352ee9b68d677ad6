import type TS from 'typescript';
import { ts } from './compiler.js';

export function propertyOf(
  object: TS.ObjectLiteralExpression,
  name: string,
): TS.ObjectLiteralElementLike | undefined {
  return object.properties.find((property) => {
    const key = property.name;
    return (
      key !== undefined && (ts.isIdentifier(key) || ts.isStringLiteral(key)) && key.text === name
    );
  });
}

/** The value of `name: value`, without `as const`. */
export function valueOf(
  object: TS.ObjectLiteralExpression,
  name: string,
): TS.Expression | undefined {
  const property = propertyOf(object, name);
  if (property === undefined || !ts.isPropertyAssignment(property)) return undefined;
  const { initializer } = property;
  return ts.isAsExpression(initializer) ? initializer.expression : initializer;
}

/** Whether an object is the value of a property of this name. */
export function isValueOf(name: string, { parent }: TS.ObjectLiteralExpression): boolean {
  return ts.isPropertyAssignment(parent) && parent.name.getText() === name;
}
