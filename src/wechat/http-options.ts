import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { HttpModuleOptions } from '@nestjs/axios';

// Idle connections are dropped before WeChat's side does so: a request that meets a connection
// just being closed is lost, and its code with it.
const keepAlive = { keepAlive: true, timeout: 10_000 };

/** Connections to WeChat of our own, apart from the host's axios and its interceptors. */
export const httpOptions = (): HttpModuleOptions => ({
  httpAgent: new HttpAgent(keepAlive),
  httpsAgent: new HttpsAgent(keepAlive),
});
