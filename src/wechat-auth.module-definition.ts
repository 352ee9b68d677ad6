import { HttpModule } from '@nestjs/axios';
import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { WechatAuthConfigError } from './errors/wechat-auth-config.error.js';
import { LoginController } from './login/login.controller.js';
import { WECHAT_LOGIN_HOOK } from './login/login-hook.runner.js';
import { SessionController } from './login/session.controller.js';
import { WECHAT_AUTH_DATA_SOURCE } from './postgres/postgres-client.js';
import { EXTRAS } from './config/options.js';
import { resolveConfig, WECHAT_AUTH_CONFIG } from './config/wechat-auth.config.js';
import { Secret } from './config/secret.js';
import { wechatAuthEntities } from './postgres/entities.js';
import type { WechatAuthModuleExtras, WechatAuthOptions } from './config/wechat-auth.options.js';
import { httpOptions } from './wechat/http-options.js';

const defaults: WechatAuthModuleExtras = {
  isGlobal: EXTRAS.isGlobal.default,
  dataSource: EXTRAS.dataSource.default,
  routes: EXTRAS.routes.default,
  loginHook: EXTRAS.loginHook.default,
};

const optionsToken = Symbol('WECHAT_AUTH_OPTIONS');

/** @throws {@link WechatAuthConfigError} if the app has no DataSource of that name */
function foundDataSource(name: string | undefined, found: DataSource | undefined): DataSource {
  if (found !== undefined) return found;
  throw new WechatAuthConfigError([
    `There is no DataSource named '${name ?? 'default'}': the option dataSource of WechatAuthModule must be the name of a TypeOrmModule.forRoot() that your app imports. Leave it out if that has no name.`,
  ]);
}

/** The options have the AppSecret in them, and Nest keeps what its providers make. */
function withSecretOptions(provider: Provider): Provider {
  if (typeof provider === 'function' || provider.provide !== optionsToken) return provider;
  if ('useValue' in provider) return { ...provider, useValue: new Secret(provider.useValue) };
  if (!('useFactory' in provider)) return provider;
  const { useFactory } = provider;
  return {
    ...provider,
    useFactory: async (...args: unknown[]) => new Secret<unknown>(await useFactory(...args)),
  };
}

/** `forRoot` and `forRootAsync`, and what the static options change about the module. */
export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WechatAuthOptions>({ optionsInjectionToken: optionsToken })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWechatAuthOptions')
    .setExtras(defaults, (definition, extras): DynamicModule => {
      const { isGlobal, dataSource, routes, loginHook = null } = extras;
      // Only for autoLoadEntities. Its repositories would fail first if the DataSource has another
      // name, without naming a remedy.
      TypeOrmModule.forFeature(wechatAuthEntities, dataSource);
      return {
        ...definition,
        global: isGlobal ?? true,
        imports: [
          ...(definition.imports ?? []),
          HttpModule.register(httpOptions()),
          ...(routes
            ? [RouterModule.register([{ path: routes.path, module: definition.module }])]
            : []),
        ],
        controllers: routes ? [LoginController, SessionController] : [],
        providers: [
          ...(definition.providers ?? []).map(withSecretOptions),
          {
            provide: WECHAT_AUTH_CONFIG,
            useFactory: (options: Secret<WechatAuthOptions>) =>
              resolveConfig(options.reveal(), extras),
            inject: [optionsToken],
          },
          { provide: WECHAT_LOGIN_HOOK, useValue: loginHook },
          {
            provide: WECHAT_AUTH_DATA_SOURCE,
            useFactory: (found?: DataSource) => foundDataSource(dataSource, found),
            inject: [{ token: getDataSourceToken(dataSource), optional: true }],
          },
        ],
      };
    })
    .build();
