export { WechatSandbox } from './wechat-sandbox.js';
export type {
  SandboxApp,
  SandboxRequest,
  SandboxUser,
  WechatSandboxOptions,
} from './sandbox.types.js';
export type { SandboxFault, TransportFault } from './sandbox-faults.js';
