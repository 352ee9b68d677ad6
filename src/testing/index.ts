/**
 * The sandbox that replaces WeChat in tests.
 *
 * @module nestjs-wechat-auth/testing
 */
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
