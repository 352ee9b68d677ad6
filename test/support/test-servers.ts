import { afterAll } from '@jest/globals';
import { WechatSandbox } from '../../src/testing/index.js';
import { startApp, type TestAppOptions } from './app.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import type { ListeningApp } from './platforms.js';

type SandboxOptions = NonNullable<Parameters<typeof WechatSandbox.start>[0]>;

/** A database, a sandbox, and an app that uses both. */
export interface TestServer {
  readonly database: TestDatabase;
  readonly wechat: WechatSandbox;
  readonly server: ListeningApp;
}

export interface TestServers {
  database(): Promise<TestDatabase>;
  sandbox(options?: SandboxOptions): Promise<WechatSandbox>;
  app(options: TestAppOptions): Promise<ListeningApp>;
  /** All three. @param sandbox - of the sandbox, which accepts any app by default. */
  all(
    options?: Omit<TestAppOptions, 'databaseUrl' | 'wechatUrl'>,
    sandbox?: SandboxOptions,
  ): Promise<TestServer>;
}

/**
 * Starts what the tests of a `describe` block need. All of it is stopped after the block, in the
 * reverse order, also if a test or a start has failed.
 */
export function useTestServers(): TestServers {
  const stops: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  const servers: TestServers = {
    database: async () => {
      const database = await createTestDatabase();
      stops.push(() => database.drop());
      return database;
    },
    sandbox: async (options) => {
      const wechat = await WechatSandbox.start(options);
      stops.push(() => wechat.close());
      return wechat;
    },
    app: async (options) => {
      const server = await startApp(options);
      stops.push(() => server.app.close());
      return server;
    },
    all: async (options, sandbox) => {
      const database = await servers.database();
      const wechat = await servers.sandbox(sandbox);
      const urls = { databaseUrl: database.url, wechatUrl: wechat.url };
      return { database, wechat, server: await servers.app({ ...urls, ...options }) };
    },
  };
  return servers;
}
