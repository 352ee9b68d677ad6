import type { Settings } from '../data/apps.js';
import { bareStatement, preparedStatement } from './bare-statement.js';
import { findThenSave } from './find-then-save.js';
import { ours } from './ours.js';
import { typeormUpsert } from './typeorm-upsert.js';

/** What comes back from WeChat. */
export interface Login {
  readonly openid: string;
  readonly unionid: string | undefined;
  readonly sessionKey: string;
}

/** One way to keep a login. */
export interface Keeper {
  /** @returns our id of the user. */
  keep(login: Login): Promise<string>;
  close(): Promise<void>;
}

interface Peer {
  readonly label: string;
  readonly open: (settings: Settings) => Promise<Keeper>;
}

export const loginPeers = {
  findThenSave: { label: '`findOne`, then `save`', open: findThenSave },
  typeormUpsert: { label: 'TypeORM’s `upsert`', open: typeormUpsert },
  bareStatement: { label: 'bare `INSERT … ON CONFLICT` through `pg`', open: bareStatement },
  preparedStatement: { label: 'the same, prepared', open: preparedStatement },
  ours: { label: '`UsersService.upsert`', open: ours },
} satisfies Record<string, Peer>;

export type LoginPeer = keyof typeof loginPeers;
export const loginPeerNames = Object.keys(loginPeers) as LoginPeer[];
