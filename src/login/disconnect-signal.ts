import { EventEmitter, setMaxListeners } from 'node:events';

/** What leads to a request's connection: Node's own request, or that of Fastify around it. */
interface RequestLike {
  raw?: RequestLike;
  socket?: unknown;
  /** Of HTTP/2: several requests share a connection. */
  stream?: unknown;
}

const signals = new WeakMap<EventEmitter, AbortSignal>();

/**
 * A signal that is aborted when the client of a request has closed its connection. The `close` of
 * the request itself only tells that its body has been read.
 *
 * @example
 * // In a controller of your own:
 * this.loginService.login(code, { signal: disconnectSignalOf(request) });
 * @returns `undefined` where the request has no connection, as in some tests.
 */
export function disconnectSignalOf(request: object): AbortSignal | undefined {
  const { raw = request } = request as RequestLike;
  const { stream, socket } = raw as RequestLike;
  const connection = stream ?? socket;
  return isEmitter(connection) ? (signals.get(connection) ?? watch(connection)) : undefined;
}

const isEmitter = (value: unknown): value is EventEmitter => value instanceof EventEmitter;

/** One signal and one listener for a connection, however many requests it carries at once. */
function watch(connection: EventEmitter): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  signals.set(connection, controller.signal);
  connection.once('close', () => {
    controller.abort();
  });
  if ((connection as { destroyed?: boolean }).destroyed) controller.abort();
  return controller.signal;
}
