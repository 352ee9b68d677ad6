import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const PROGRAM = [
  '--expose-gc',
  ...['--import', '@swc-node/register/esm-register', 'test/support/remembered-tokens.ts'],
];
const MOST = 20_000;

describe('the memory of cached tokens', () => {
  it.each([
    ['as many as are cached', MOST, 0],
    ['more than are cached', 1.5 * MOST, 0],
    ['tokens in headers of 14 KiB', MOST, 14 * 1024],
  ])('is at most 800 bytes for each of 20,000: %s', async (_, count, padding) => {
    const args = [...PROGRAM, String(count), String(padding)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(Number(stdout)).toBeGreaterThan(MOST * 400);
    expect(Number(stdout)).toBeLessThan(MOST * 800);
  });
});
