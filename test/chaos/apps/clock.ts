import { existsSync } from 'node:fs';

/** Debian's package libfaketime puts it here. */
const LIBRARY = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file));

export const canSetClocks = LIBRARY !== undefined;

/** The environment of a process whose clock is ahead by `seconds`. */
export const clockOf = (seconds = 0): NodeJS.ProcessEnv =>
  seconds === 0
    ? {}
    : {
        LD_PRELOAD: LIBRARY,
        FAKETIME: `${seconds > 0 ? '+' : ''}${String(seconds)}s`,
        // Timers are not affected.
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
