import { canSetClocks } from '../apps/clock.js';
import type { Fault } from './fault.js';

/** The apps start with these clocks; nothing else goes wrong. */
const clocks = (name: string, ahead: Record<string, number>): Fault => ({
  name,
  seconds: 4,
  wiring: { clocks: ahead },
  obstacle: canSetClocks ? undefined : 'libfaketime is not installed',
  inject: () => undefined,
  heal: () => undefined,
});

export const clockFaults: Fault[] = [
  clocks('Clocks of two apps 50 s apart', { 'app-2': 25, 'app-3': -25 }),
  {
    ...clocks('The clock of an app 90 s behind', { 'app-3': -90 }),
    // As documented in the README; the operator must be warned.
    excused: /refused as WX_SESSION_INVALID/,
    logged: /clock/i,
  },
];
