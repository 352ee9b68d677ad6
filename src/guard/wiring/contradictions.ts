import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { classesOf, handlersOf } from './handlers.js';
import { contradictionsOf, lineageOf } from '../route-access.js';

/** One message for each handler and class whose decorators contradict each other. */
export function contradictionsIn(modules: ModulesContainer): string[] {
  const types = [...classesOf(modules, 'controllers'), ...classesOf(modules, 'providers')];
  const sentences = types.flatMap((type) => [
    ...[...lineageOf(type)].flatMap((each) => sentencesOf(each, (each as Type).name)),
    ...handlersOf(type).flatMap(({ method, name }) => sentencesOf(method, name)),
  ]);
  return [...new Set(sentences)];
}

const sentencesOf = (target: object, name: string): string[] =>
  contradictionsOf(target).map(
    (other) => `${name} has both @WxPublic() and ${other}, which exclude each other: keep one.`,
  );
