import type { CanActivate } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import { isSessionGuard } from './session-guards.js';

/** The global guards of an app, and whether Nest has just read them to build a handler. */
export class GlobalGuards {
  private readonly read: () => CanActivate[];
  private isOursRead = false;

  constructor(private readonly config: ApplicationConfig) {
    this.read = config.getGlobalGuards.bind(config);
    // Nest does not expose which handlers have these guards, but it reads them for each of those.
    config.getGlobalGuards = () => {
      const guards = this.read();
      this.isOursRead = guards.some(isSessionGuard);
      queueMicrotask(() => {
        this.isOursRead = false;
      });
      return guards;
    };
  }

  includeOurs(): boolean {
    const requestScoped = this.config.getGlobalRequestGuards().map(({ metatype }) => metatype);
    return [...this.read(), ...requestScoped].some(isSessionGuard);
  }

  /** Whether our guard was read in this microtask turn and since the last call of this method. */
  takeRead(): boolean {
    const isOursRead = this.isOursRead;
    this.isOursRead = false;
    return isOursRead;
  }
}
