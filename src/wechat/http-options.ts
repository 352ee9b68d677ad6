import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { HttpModuleOptions } from '@nestjs/axios';
import { MAX_CALLS } from './call-queue.js';

// Idle connections are closed before WeChat closes them: a request on a connection that is being
// closed is lost, and its code with it.
const options = { keepAlive: true, timeout: 10_000, maxSockets: MAX_CALLS };

/** Own connections to WeChat, independent of the app's axios and its interceptors. */
export const httpOptions = (): HttpModuleOptions => ({
  httpAgent: new HttpAgent(options),
  httpsAgent: new HttpsAgent(options),
});
