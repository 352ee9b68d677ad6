import type { DynamicModule, Type } from '@nestjs/common';
import type { Settings } from '../data/apps.js';
import { CarefulModule } from './careful.module.js';
import { EmptyModule } from './empty.module.js';
import { NestDocsModule } from './nest-docs.module.js';
import { OpenModule } from './open.module.js';
import { OursModule } from './ours.module.js';
import { PassportJwtModule } from './passport.module.js';

/** What a guard makes of a token. */
interface Peer {
  readonly label: string;
  /** Whose tokens it takes. */
  readonly tokens: 'ours' | 'peers';
  /** Whether it looks at tokens, and at revocation. */
  readonly looks: 'never' | 'at the token' | 'at revocation';
  readonly module: (settings: Settings) => DynamicModule | Type;
}

export const guardPeers = {
  open: {
    label: 'no guard',
    tokens: 'ours',
    looks: 'never',
    module: () => OpenModule,
  },
  empty: {
    label: 'empty guard',
    tokens: 'ours',
    looks: 'never',
    module: () => EmptyModule,
  },
  nestDocs: {
    label: 'guard of Nest’s docs',
    tokens: 'peers',
    looks: 'at the token',
    module: (settings) => NestDocsModule.with(settings),
  },
  passport: {
    label: 'passport-jwt',
    tokens: 'peers',
    looks: 'at the token',
    module: (settings) => PassportJwtModule.with(settings),
  },
  careful: {
    label: 'careful, by hand',
    tokens: 'peers',
    looks: 'at revocation',
    module: (settings) => CarefulModule.with(settings),
  },
  ours: {
    label: 'WxSessionGuard',
    tokens: 'ours',
    looks: 'at revocation',
    module: (settings) => OursModule.with(settings),
  },
} satisfies Record<string, Peer>;

export type GuardPeer = keyof typeof guardPeers;
export const guardPeerNames = Object.keys(guardPeers) as GuardPeer[];
