import type { Type } from '@nestjs/common';
import { MetadataScanner, type ModulesContainer } from '@nestjs/core';

/** A method that Nest may call for a request or a message. */
export interface Handler {
  readonly type: Type;
  readonly method: object;
  /** For error messages, such as `OrdersController.list`. */
  readonly name: string;
}

/** The controllers of an app, or its providers (which include gateways and resolvers). */
export function classesOf(
  modules: ModulesContainer,
  kind: 'controllers' | 'providers',
): ReadonlySet<Type> {
  const wrappers = [...modules.values()].flatMap((module) => [...module[kind].values()]);
  // Nest binds only the handlers of classes that it constructs.
  return new Set(
    wrappers.flatMap(({ isNotMetatype, metatype }) => (isNotMetatype ? [] : [metatype as Type])),
  );
}

export function handlersOf(type: Type): Handler[] {
  const methods = type.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(methods).flatMap((name) => {
    const method = methods[name];
    return method === undefined ? [] : [{ type, method, name: `${type.name}.${name}` }];
  });
}
