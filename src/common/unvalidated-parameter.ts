import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';

/**
 * For the parameters that we fill ourselves: hides their class from pipes, as `Object`. A global
 * `ValidationPipe` with `validateCustomDecorators` would take a value that does not come from the
 * client for input, and refuse, copy or empty it.
 *
 * Compilers store the types of a method before its parameter decorators run.
 */
export const unvalidatedParameter: ParameterDecorator = (target, method, index) => {
  if (method === undefined) return;
  const types = Reflect.getOwnMetadata(PARAMTYPES_METADATA, target, method) as
    readonly unknown[] | undefined;
  if (types === undefined) return;
  Reflect.defineMetadata(PARAMTYPES_METADATA, types.with(index, Object), target, method);
};
