/**
 * The number of sandboxes in this process. On `globalThis`, because Jest and bundlers may load two
 * copies of this file, one with `nestjs-wechat-auth/testing`.
 */
const COUNT = Symbol.for('nestjs-wechat-auth.sandbox');

const processWide = globalThis as { [COUNT]?: number };

export const runningSandboxes = (): number => processWide[COUNT] ?? 0;

/** @returns a function that ends the count. */
export function countSandbox(): () => void {
  processWide[COUNT] = runningSandboxes() + 1;
  return () => {
    processWide[COUNT] = runningSandboxes() - 1;
  };
}
