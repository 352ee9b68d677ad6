import type { SandboxFault } from '../../../src/testing/index.js';
import type { World } from '../world.js';
import { repeatedly, type Fault } from './fault.js';

const FAILURES: SandboxFault[] = [
  -1,
  40029,
  40163,
  45011,
  99999,
  'reset',
  'truncated',
  'slow',
  'http-500',
  'http-502',
  'redirect',
  'garbage',
  'empty',
  'null',
  'too-large',
  'wrong-types',
];

const failing = repeatedly(10, ({ wechat }: World) => {
  wechat.fail(FAILURES[Math.floor(Math.random() * FAILURES.length)] ?? -1);
});

export const wechatFaults: Fault[] = [
  {
    name: 'WeChat hangs',
    seconds: 8,
    disturbsWechat: true,
    inject: ({ wechat }) => {
      wechat.fail('timeout', Infinity);
    },
    heal: ({ wechat }) => {
      wechat.recover();
    },
  },
  {
    name: 'WeChat fails at random',
    seconds: 6,
    disturbsWechat: true,
    inject: failing.inject,
    heal: async (world) => {
      await failing.heal(world);
      world.wechat.recover();
    },
  },
  {
    name: 'WeChat is gone',
    seconds: 5,
    isQuick: true,
    disturbsWechat: true,
    inject: ({ wechatNetwork }) => {
      wechatNetwork.refuse();
      wechatNetwork.reset();
    },
    heal: ({ wechatNetwork }) => wechatNetwork.listen(),
  },
];
