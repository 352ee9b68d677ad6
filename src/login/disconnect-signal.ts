import { EventEmitter, setMaxListeners } from 'node:events';

/** The request of Node or Express, or of Fastify. */
interface RequestLike {
  raw?: RequestLike;
  socket?: unknown;
  /** Set with HTTP/2, where several requests share a connection. */
  stream?: unknown;
}

const signals = new WeakMap<EventEmitter, AbortSignal>();

/**
 * A signal that is aborted when the client of a request disconnects. (The event `close` of the
 * request itself only means that its body was read.)
 *
 * @example
 * \@Post('login')
 * login(@Body('code') code: string, @Req() request: object): Promise<LoginResult> {
 *   return this.loginService.login(code, { signal: disconnectSignalOf(request) });
 * }
 * @param request - of Express, Fastify or Node.
 * @returns `undefined` if the request has no connection, as in some tests.
 * @publicApi
 */
export function disconnectSignalOf(request: object): AbortSignal | undefined {
  const { raw = request } = request as RequestLike;
  const { stream, socket } = raw as RequestLike;
  const connection = stream ?? socket;
  return isEmitter(connection) ? (signals.get(connection) ?? watch(connection)) : undefined;
}

const isEmitter = (value: unknown): value is EventEmitter => value instanceof EventEmitter;

/** One signal and one listener per connection, for all its requests. */
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
