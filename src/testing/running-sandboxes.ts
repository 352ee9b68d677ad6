/**
 * How many sandboxes run in this process. On `globalThis`, as Jest and bundlers may load the module
 * and `nestjs-wechat-auth/testing` as two copies of this file.
 */
const COUNT = Symbol.for('nestjs-wechat-auth.sandbox');

const processWide = globalThis as { [COUNT]?: number };

export const runningSandboxes = (): number => processWide[COUNT] ?? 0;

/** @returns what ends it. */
export function countSandbox(): () => void {
  processWide[COUNT] = runningSandboxes() + 1;
  return () => {
    processWide[COUNT] = runningSandboxes() - 1;
  };
}
