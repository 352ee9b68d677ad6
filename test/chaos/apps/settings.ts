import type { describeWechatAuth, SessionOptions } from '../../../src/index.js';

export const APP = { appid: 'wx00000000000000c4', secret: 'the-AppSecret-of-the-chaos-tests' };

export type Platform = 'Express' | 'Fastify';

/** What an app is started with; where nothing is set, the wiring of the README and nothing more. */
export interface Wiring {
  readonly typeOrm?: { readonly poolSize?: number; readonly retryAttempts?: number };
  readonly session?: SessionOptions;
  /** Seconds by which the clock of an app is ahead, by its name; needs libfaketime. */
  readonly clocks?: Readonly<Partial<Record<string, number>>>;
  /** A mistake in the app that the checks have to find. */
  readonly mistake?: 'rides-on-older-query' | 'asks-standby';
  /** For the mistake: where a standby listens. */
  readonly standbyUrl?: string;
}

export type OpenApiDocument = ReturnType<typeof describeWechatAuth>;

/** What the process of an app is told. */
export interface AppSettings extends Wiring {
  readonly platform: Platform;
  readonly databaseUrl: string;
  readonly wechatUrl: string;
}

/** What it tells, once it listens. */
export interface Listening {
  readonly url: string;
  /** Its document, which says what it may answer. */
  readonly openApi: OpenApiDocument;
}

/** What it can be asked for, by a message. */
export type Request = 'usage' | 'discard';

/** What it holds. */
export interface Usage {
  /** Bytes of the heap after a full collection. */
  readonly heap: number;
  /** Timers, sockets and the like that keep a process alive. */
  readonly handles: number;
}
