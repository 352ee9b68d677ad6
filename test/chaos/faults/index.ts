import { clockFaults } from './clocks.js';
import { connectionFaults } from './connections.js';
import { deploymentFaults } from './deployments.js';
import { diskFaults } from './disk.js';
import type { Fault } from './fault.js';
import { lockFaults } from './locks.js';
import { networkFaults } from './network.js';
import { postgresFaults } from './postgres.js';
import { schemaFaults } from './schema.js';
import { wechatFaults } from './wechat.js';

/** All faults, in this order. */
export const faults: readonly Fault[] = [
  ...postgresFaults,
  ...networkFaults,
  ...lockFaults,
  ...connectionFaults,
  ...diskFaults,
  ...schemaFaults,
  ...wechatFaults,
  ...deploymentFaults,
  ...clockFaults,
];
