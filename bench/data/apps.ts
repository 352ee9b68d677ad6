import { randomBytes } from 'node:crypto';

/** The mini program of the benchmark. */
export const APP = { appid: 'wx00000000000000be', secret: randomBytes(16).toString('hex') };

/** What every program of the benchmark needs to know. */
export interface Settings {
  readonly databaseUrl: string;
  readonly app: { readonly appid: string; readonly secret: string };
  /** The string secret of the peers' tokens. */
  readonly jwtSecret: string;
}

export const settingsFor = (databaseUrl: string): Settings => ({
  databaseUrl,
  app: APP,
  jwtSecret: randomBytes(32).toString('base64'),
});
