import { registerAs } from '@nestjs/config';
import { isOption, type Option, type OptionGroup } from './option.js';
import { OPTIONS } from './options.js';
import type { WechatAuthOptions } from './wechat-auth.options.js';

/**
 * The options from environment variables: `WECHAT_APPID`, `WECHAT_SECRET`, and optionally
 * `WECHAT_SESSION_SECRET`, `WECHAT_ENCRYPTION_SECRET`, `WECHAT_SESSION_EXPIRES_IN` and
 * `WECHAT_BASE_URL`. All except `WECHAT_SESSION_EXPIRES_IN` may be comma-separated lists; several
 * appids need as many secrets.
 *
 * @example
 * \@Module({ imports: [WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider())] })
 * class AppModule {}
 * @publicApi
 */
export const wechatAuthConfig = registerAs(
  'wechatAuth',
  () => ({ ...readEnv(OPTIONS), ...readApps() }) as WechatAuthOptions,
);

function readApps(): object {
  const [appids, secrets] = ['WECHAT_APPID', 'WECHAT_SECRET'].map((name) => listOf(name) ?? ['']);
  if (appids?.length === 1 && secrets?.length === 1)
    return { appid: appids[0], secret: secrets[0] };
  const count = Math.max(appids?.length ?? 0, secrets?.length ?? 0);
  return {
    apps: Array.from({ length: count }, (_, i) => ({ appid: appids?.[i], secret: secrets?.[i] })),
  };
}

/** The options whose variables are not empty. */
function readEnv(table: OptionGroup): object {
  const options: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(table)) {
    const value = isOption(entry) ? readVariable(entry) : readEnv(entry);
    if (value !== undefined) options[name] = value;
  }
  return options;
}

function readVariable({ env = '', default: byDefault }: Option<unknown>): unknown {
  const list = listOf(env);
  const value = list?.length === 1 ? list[0] : list;
  const isNumber = typeof byDefault === 'number' && /^\d+$/.test(String(value));
  return isNumber ? Number(value) : value;
}

/** An empty variable counts as absent: a `.env` file often has only the name. */
function listOf(name: string): string[] | undefined {
  const value = process.env[name];
  return value ? value.split(',').map((each) => each.trim()) : undefined;
}
