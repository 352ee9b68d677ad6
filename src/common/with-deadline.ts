/**
 * Runs `work` with a signal that is aborted after `ms`, or as soon as `signal` is.
 * `AbortSignal.any` of Node 20 can lose signals that only it refers to.
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const end = (): void => {
    controller.abort();
  };
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end);
  const timer = setTimeout(end, ms).unref();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}
