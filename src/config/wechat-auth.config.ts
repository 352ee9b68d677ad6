import { resolve } from 'node:path';
import { WechatAuthConfigError } from '../errors/wechat-auth-config.error.js';
import { APP_OPTIONS, readApps, type ResolvedApps } from './app-options.js';
import { isRecord } from '../common/is-record.js';
import { readOptions, type Resolved } from './option.js';
import type { Secret } from './secret.js';
import { EXTRAS, OPTIONS } from './options.js';
import type { WechatAuthModuleExtras, WechatAuthOptions } from './wechat-auth.options.js';

/** Injects the {@link WechatAuthConfig}. */
export const WECHAT_AUTH_CONFIG = Symbol('WECHAT_AUTH_CONFIG');

/** The checked options with their defaults, which the services use. */
export interface WechatAuthConfig extends Resolved<typeof OPTIONS>, ResolvedApps {}

/**
 * Checks every option, because values from JavaScript or the environment have no types.
 * @throws {@link WechatAuthConfigError} that lists all mistakes without any value.
 */
export function resolveConfig(
  options: WechatAuthOptions,
  extras: WechatAuthModuleExtras = {},
): WechatAuthConfig {
  const problems: string[] = [];
  // The extras that Nest passes contain all options of forRoot.
  readOptions(EXTRAS, extras, problems, { others: Object.keys(extras) });
  const misplaced = Object.keys(EXTRAS).filter((name) => isRecord(options) && name in options);
  for (const name of misplaced) {
    problems.push(`${name} must be next to the factory of forRootAsync, not in its result.`);
  }
  const others = [...APP_OPTIONS, ...misplaced];
  const resolved = readOptions(OPTIONS, options, problems, { others });
  const config = { ...resolved, ...readApps(options, problems) };
  if (namesNoApp(options)) {
    problems.push(
      `Neither is set. Only ConfigModule.forRoot() of @nestjs/config reads a .env file: import it before WechatAuthModule. By default it reads ${resolve('.env')}, in the folder that the process was started in.`,
    );
  }
  if (derivesKeys(config)) problems.push(...derivationProblems(config));
  if (problems.length > 0) throw new WechatAuthConfigError(problems);
  return config;
}

/** Why keys cannot be derived from the AppSecrets of these apps. */
function derivationProblems({ apps, findApp }: ResolvedApps): string[] {
  const problems: string[] = [];
  if (findApp !== undefined) {
    problems.push(
      'apps as a function needs session.secret and encryptionSecret: no AppSecret is known at start-up to derive them from.',
    );
  }
  if (apps.some(({ component }) => component !== undefined)) {
    problems.push(
      'An app with component needs session.secret and encryptionSecret: it has no AppSecret to derive them from.',
    );
  }
  // With keys from a guessable AppSecret, anyone could forge sessions.
  if (apps.some(({ secret }) => secret !== undefined && Buffer.byteLength(secret.reveal()) < 32)) {
    problems.push(
      'An AppSecret of WeChat has 32 characters; with a shorter one, set session.secret and encryptionSecret.',
    );
  }
  return problems;
}

/** For example if a `.env` file was not loaded. */
function namesNoApp(options: unknown): boolean {
  const { appid, secret, apps } = isRecord(options) ? options : {};
  return apps === undefined && !appid && !secret;
}

/** Whether a secret is not set, so that the AppSecret is used; invalid ones are `undefined`. */
export const derivesKeys = (
  config: Pick<WechatAuthConfig, 'session' | 'encryptionSecret'>,
): boolean =>
  [config.session.secret, config.encryptionSecret].some(
    (secrets: readonly Secret[] | undefined) => secrets?.length === 0,
  );
