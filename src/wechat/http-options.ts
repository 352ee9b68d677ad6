import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { HttpModuleOptions } from '@nestjs/axios';
import { MAX_CALLS } from './call-queue.js';

// Idle connections are dropped before WeChat's side does so: a request that meets a connection
// just being closed is lost, and its code with it.
const options = { keepAlive: true, timeout: 10_000, maxSockets: MAX_CALLS };

/** Connections to WeChat of our own, apart from the host's axios and its interceptors. */
export const httpOptions = (): HttpModuleOptions => ({
  httpAgent: new HttpAgent(options),
  httpsAgent: new HttpsAgent(options),
});
