/** The settings of every process of a run. */
export interface Settings {
  readonly app: { readonly appid: string; readonly secret: string };
  readonly databaseUrl: string;
  /** The URL of the minimal WeChat. */
  readonly wechatUrl: string;
  /** The secret of the peers' tokens: a string, as in their documentation. */
  readonly jwtSecret: string;
  /** The number of users. */
  readonly users: number;
  readonly platform?: 'Fastify' | 'Express';
  readonly poolSize?: number;
}
