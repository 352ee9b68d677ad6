import { Inject, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AggregatedLogger } from './common/aggregated-logger.js';
import { isLoopback } from './common/is-loopback.js';
import {
  derivesKeys,
  WECHAT_AUTH_CONFIG,
  type WechatAuthConfig,
} from './config/wechat-auth.config.js';
import { WechatApps } from './config/wechat-apps.js';
import { Code2SessionService } from './wechat/code2session.service.js';
import { EventPublisher } from './events/event-publisher.js';
import { WechatAuthEvents } from './events/wechat-auth-events.js';
import { WechatAuthConfigError } from './errors/wechat-auth-config.error.js';
import { GuardWiring } from './guard/wiring/guard-wiring.js';
import { WxSessionGuard } from './guard/wx-session.guard.js';
import { LoginHookRunner } from './login/login-hook.runner.js';
import { LoginService } from './login/login.service.js';
import { SessionProbes } from './sessions/session-probes.js';
import { RevokedSessionsCleaner } from './sessions/revoked-sessions.cleaner.js';
import { SessionTokens } from './sessions/session-tokens.js';
import { SessionWatcher } from './sessions/session-watcher.js';
import { SessionsService } from './sessions/sessions.service.js';
import { WECHAT_AUTH_DATA_SOURCE, PostgresClient } from './postgres/postgres-client.js';
import { MissingTables } from './postgres/missing-tables.js';
import { PostgresClock } from './postgres/postgres-clock.js';
import { RevocationsRepository } from './postgres/revocations.repository.js';
import { UsersRepository } from './postgres/users.repository.js';
import { runningSandboxes } from './testing/running-sandboxes.js';
import { UserDataService } from './user-data/user-data.service.js';
import { SessionKeyCipher } from './users/session-key-cipher.js';
import { UsersService } from './users/users.service.js';
import { WechatUser } from './postgres/wechat-user.entity.js';
import { ConfigurableModuleClass } from './wechat-auth.module-definition.js';
import { AccessTokenService } from './wechat/access-token.service.js';
import { HostTokens } from './wechat/host-tokens.js';
import { WechatApiService } from './user-data/wechat-api.service.js';
import { WechatCalls } from './wechat/wechat-calls.js';
import { WechatClient } from './wechat/wechat-client.js';

/**
 * WeChat mini-program login. Import it once, with `forRoot(options)` or `forRootAsync(…)`; it needs a
 * `TypeOrmModule` on Postgres.
 *
 * @example
 * \@Module({
 *   imports: [
 *     TypeOrmModule.forRoot({ type: 'postgres', url, autoLoadEntities: true }),
 *     WechatAuthModule.forRoot({ appid: 'wx1234567890abcdef', secret }),
 *   ],
 * })
 * class AppModule {}
 * @throws {@link WechatAuthConfigError} at start-up, if an option is invalid or the module or guard
 * is used incorrectly
 * @publicApi
 */
@Module({
  providers: [
    LoginService,
    LoginHookRunner,
    Code2SessionService,
    WechatApps,
    WechatClient,
    UsersService,
    SessionKeyCipher,
    SessionsService,
    SessionTokens,
    SessionProbes,
    SessionWatcher,
    RevokedSessionsCleaner,
    WxSessionGuard,
    GuardWiring,
    UserDataService,
    HostTokens,
    AccessTokenService,
    WechatCalls,
    WechatApiService,
    WechatAuthEvents,
    EventPublisher,
    AggregatedLogger,
    PostgresClient,
    PostgresClock,
    MissingTables,
    UsersRepository,
    RevocationsRepository,
  ],
  exports: [
    LoginService,
    Code2SessionService,
    UsersService,
    SessionsService,
    WxSessionGuard,
    UserDataService,
    AccessTokenService,
    WechatApiService,
    WechatAuthEvents,
  ],
})
export class WechatAuthModule extends ConfigurableModuleClass implements OnModuleInit {
  private readonly logger = new Logger('WechatAuth');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly guardWiring: GuardWiring,
    private readonly loginHook: LoginHookRunner,
    @Inject(WECHAT_AUTH_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(WECHAT_AUTH_CONFIG) private readonly config: WechatAuthConfig,
  ) {
    super();
  }

  /**
   * Called by Nest: checks that the app uses the module and guard correctly.
   * @internal
   */
  onModuleInit(): void {
    const problems = [
      ...this.registrationProblems(),
      ...this.dataSourceProblems(),
      ...this.sandboxProblems(),
      ...this.guardWiring.problems(),
      ...this.loginHook.problems(),
    ];
    if (problems.length > 0) throw new WechatAuthConfigError(problems);
    if (process.env.NODE_ENV === 'production' && derivesKeys(this.config)) {
      this.logger.warn(
        'The keys of sessions or session keys are derived from the AppSecret, which other environments of this mini program also have: their sessions are valid here. Set session.secret and encryptionSecret.',
      );
    }
  }

  private registrationProblems(): string[] {
    const ours = [...this.modules.values()].filter((m) => m.metatype === WechatAuthModule);
    return ours.length > 1
      ? [
          'WechatAuthModule is registered more than once: call forRoot or forRootAsync in one module, and list several mini programs in its apps option.',
        ]
      : [];
  }

  private dataSourceProblems(): string[] {
    const { options, isInitialized } = this.dataSource;
    if (options.type !== 'postgres') {
      return [`The DataSource must be of type 'postgres', not '${options.type}'.`];
    }
    return isInitialized && !this.dataSource.hasMetadata(WechatUser)
      ? [
          'The DataSource does not know our entities: set autoLoadEntities: true, or add ...wechatAuthEntities to its entities.',
        ]
      : [];
  }

  /** So that a test never sends a login to WeChat instead of the sandbox. */
  private sandboxProblems(): string[] {
    const isRemote = this.config.wechat.baseUrl.some((url) => !isLoopback(new URL(url).hostname));
    return isRemote && runningSandboxes() > 0
      ? [
          'A WechatSandbox runs in this process, but this app would call WeChat itself: the override of its options had no effect. Configure the app with WechatAuthModule.forRootAsync(wechatAuthConfig.asProvider()) and override wechatAuthConfig.KEY, or pass the url of the sandbox as wechat.baseUrl.',
        ]
      : [];
  }
}
