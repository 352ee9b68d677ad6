import type { describeWechatAuth, SessionOptions } from '../../../src/index.js';

export const APP = { appid: 'wx00000000000000c4', secret: 'the-AppSecret-of-the-chaos-tests' };

export type Platform = 'Express' | 'Fastify';

/** The settings of an app; by default, the module of the README. */
export interface Wiring {
  readonly typeOrm?: { readonly poolSize?: number; readonly retryAttempts?: number };
  readonly session?: SessionOptions;
  /** Seconds by which the clock of an app is ahead, by its name; needs libfaketime. */
  readonly clocks?: Readonly<Partial<Record<string, number>>>;
  /** A mistake in the app that the checks must find. */
  readonly mistake?: 'rides-on-older-query' | 'asks-standby';
  /** For the mistake: the port of a standby. */
  readonly standbyUrl?: string;
}

export type OpenApiDocument = ReturnType<typeof describeWechatAuth>;

/** The message to the process of an app. */
export interface AppSettings extends Wiring {
  readonly platform: Platform;
  readonly databaseUrl: string;
  readonly wechatUrl: string;
}

/** Its message when it listens. */
export interface Listening {
  readonly url: string;
  /** Its OpenAPI document, with its possible responses. */
  readonly openApi: OpenApiDocument;
}

/** The requests that it accepts as messages. */
export type Request = 'usage' | 'discard';

/** The resources that it uses. */
export interface Usage {
  /** Bytes of the heap after a full collection. */
  readonly heap: number;
  /** Timers, sockets and the like that keep a process alive. */
  readonly handles: number;
}
