/** What every process of a run needs to know. */
export interface Settings {
  readonly app: { readonly appid: string; readonly secret: string };
  readonly databaseUrl: string;
  /** Where the stand-in for WeChat is. */
  readonly wechatUrl: string;
  /** Of the tokens that the peers take: a string, as in their documentation. */
  readonly jwtSecret: string;
  /** How many users there are. */
  readonly users: number;
  readonly platform?: 'Fastify' | 'Express';
  readonly poolSize?: number;
}
