/**
 * The sandbox that replaces WeChat in tests, and a guard that replaces ours.
 *
 * @module nestjs-wechat-auth/testing
 */
export { provideWxSession } from './provide-wx-session.js';
export { WechatSandbox } from './wechat-sandbox.js';
export type {
  SandboxApp,
  SandboxPhone,
  SandboxRequest,
  SandboxUser,
  WechatSandboxOptions,
} from './sandbox.types.js';
export type { SandboxFault, TransportFault } from './sandbox-faults.js';
export type { SandboxUserData } from './sandbox-user-data.js';
