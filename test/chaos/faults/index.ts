import type { Fault } from './fault.js';
import { networkFaults } from './network.js';
import { postgresFaults } from './postgres.js';

/** All that is tried, in this order. */
export const faults: readonly Fault[] = [...postgresFaults, ...networkFaults];
