import { Injectable } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { contradictionsIn } from './contradictions.js';
import { GlobalGuards } from './global-guards.js';
import { unreachedGateways } from './unreached-gateways.js';
import { refuseUnreachedMessages, serversOf, unreachedMessages } from './unreached-messages.js';

/** Finds handlers that are public by mistake, so that the app does not start with them. */
@Injectable()
export class GuardWiring {
  private readonly globalGuards: GlobalGuards;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly adapterHost: HttpAdapterHost,
    config: ApplicationConfig,
  ) {
    const globalGuards = new GlobalGuards(config);
    serversOf(modules)?.subscribe((server) => {
      refuseUnreachedMessages(server, modules, globalGuards);
    });
    this.globalGuards = globalGuards;
  }

  /** One message for each mistake. */
  problems(): string[] {
    const contradictions = contradictionsIn(this.modules);
    if (!this.globalGuards.includeOurs()) return contradictions;
    // An app without HTTP is a standalone microservice with its own global guards.
    const isHybrid = Boolean(this.adapterHost.httpAdapter);
    const isUnknown = serversOf(this.modules) === undefined;
    return [
      ...contradictions,
      ...unreachedGateways(this.modules),
      ...(isHybrid && isUnknown ? unreachedMessages(this.modules) : []),
    ];
  }
}
