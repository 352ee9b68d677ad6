import { types } from 'node:util';
import { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';

/**
 * Every string that `util.inspect` could show of a value, at any depth and with `showHidden`, with
 * the path to it. `inspect` itself fails after about 130 MB, because it shows an object again
 * at each place where it is.
 */
export function* reachableStrings(root: object): Generator<[path: string, text: string]> {
  const seen = new Set<unknown>([root]);
  const queue: [path: string, object][] = [['', root]];
  for (const [path, object] of queue) {
    for (const [name, value] of partsOf(object)) {
      if (typeof value === 'string') yield [`${path}.${name}`, value];
      if (!isObject(value) || seen.has(value)) continue;
      seen.add(value);
      queue.push([`${path}.${name}`.slice(-300), value]);
    }
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** The properties of an object, including non-enumerable ones. Getters are not called. */
function* partsOf(object: object): Generator<[name: string, value: unknown]> {
  if (ArrayBuffer.isView(object)) {
    yield ['bytes', Buffer.from(object.buffer, object.byteOffset, object.byteLength).toString()];
    return;
  }
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    yield [String(key), descriptor?.value as unknown];
    yield ['key', String(key)];
  }
  if (types.isMap(object)) {
    for (const [key, value] of object) {
      yield ['key', key];
      yield [isObject(key) ? 'value' : String(key), value];
    }
  }
  if (types.isSet(object)) for (const value of object) yield ['item', value];
  // Nest stores its instances in a WeakMap, whose entries inspect shows.
  if (object instanceof InstanceWrapper) yield ['instance', object.instance as unknown];
}
