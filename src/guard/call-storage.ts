/** Returns the object it is given, so that a subclass adds its private field to that object. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- The constructor is the point.
class ReturnsItsArgument {
  constructor(object: object) {
    return object;
  }
}

/**
 * Stores a value on a request or message of somebody else, in a private field: the value goes when
 * the object goes, and no dump of the object shows it. A WeakMap does the same, but its garbage
 * collection took a quarter of the time of a guarded request (46 against 33 µs, measured on Fastify).
 */
export class CallStorage extends ReturnsItsArgument {
  #value: unknown;

  private constructor(call: object, value: unknown) {
    super(call);
    this.#value = value;
  }

  static get(call: object): unknown {
    return #value in call ? call.#value : undefined;
  }

  static set(call: object, value: unknown): void {
    if (#value in call) call.#value = value;
    else new CallStorage(call, value);
  }
}
