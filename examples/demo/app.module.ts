import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WechatAuthModule, wechatAuthMigrations, type WechatAuthOptions } from '../../src/index.js';
import { ProfileController } from './profile.controller.js';
import { UserDataController } from './user-data.controller.js';

/** The module of the README. */
@Module({})
export class AppModule {
  static with(databaseUrl: string, wechat: WechatAuthOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: databaseUrl,
          autoLoadEntities: true,
          migrations: wechatAuthMigrations,
          migrationsRun: true,
          retryAttempts: 0,
          connectTimeoutMS: 5000,
        }),
        // One session for each user: the page shows the effect on a second phone.
        WechatAuthModule.forRoot({ ...wechat, session: { single: true } }),
      ],
      controllers: [ProfileController, UserDataController],
    };
  }
}
