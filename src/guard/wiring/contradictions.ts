import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { classesOf, handlersOf } from './handlers.js';
import { contradictsItself, lineageOf } from '../route-access.js';

/** A sentence for each handler and class that is open to everybody and tied to one app at once. */
export function contradictionsIn(modules: ModulesContainer): string[] {
  const types = [...classesOf(modules, 'controllers'), ...classesOf(modules, 'providers')];
  const names = types.flatMap((type) => [
    ...[...lineageOf(type)].filter(contradictsItself).map((each) => (each as Type).name),
    ...handlersOf(type)
      .filter(({ method }) => contradictsItself(method))
      .map(({ name }) => name),
  ]);
  return [...new Set(names)].map(
    (name) => `${name} has both @WxPublic() and @WxApp(), which exclude each other: keep one.`,
  );
}
