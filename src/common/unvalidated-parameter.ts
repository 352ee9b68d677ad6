import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';

/**
 * For parameters that do not come from the client: changes their metatype to `Object` for pipes. A
 * global `ValidationPipe` with `validateCustomDecorators` would treat them as input, and refuse, copy
 * or empty them.
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
