import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SessionsService, UserDataService, WechatAuthError } from '../../../src/index.js';
import { Steps } from './steps.js';

/** What the server does by itself. */
@Injectable()
export class ServerSteps implements OnApplicationBootstrap {
  constructor(
    private readonly sessions: SessionsService,
    private readonly userData: UserDataService,
    private readonly steps: Steps,
  ) {}

  onApplicationBootstrap(): void {
    this.watch(this.sessions, 'issue');
    this.watch(this.sessions, 'verify');
    this.watch(this.sessions, 'verifyWithUser', 'verify');
    this.watch(this.userData, 'decrypt');
  }

  /** Notes each call of a method when it is done. */
  private watch<Name extends string>(
    service: Record<Name, (...parameters: never[]) => Promise<unknown>>,
    name: Name,
    step: string = name,
  ): void {
    const method = service[name].bind(service) as (...parameters: unknown[]) => Promise<unknown>;
    service[name] = async (...parameters: unknown[]) => {
      try {
        const result = await method(...parameters);
        this.steps.note(step, 'server', {});
        return result;
      } catch (error) {
        const errorCode = error instanceof WechatAuthError ? error.errorCode : 'Error';
        this.steps.note(step, 'server', { errorCode }, true);
        throw error;
      }
    };
  }
}
