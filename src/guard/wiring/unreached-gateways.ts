import { createRequire } from 'node:module';
import type { ModulesContainer } from '@nestjs/core';
import { classesOf, handlersOf } from './handlers.js';
import { needsGlobalGuard } from './session-guards.js';

/** Of `@nestjs/websockets`, which a host need not have. */
const GATEWAY_METADATA = 'websockets:is_gateway';
const MESSAGE_MAPPING_METADATA = 'websockets:message_mapping';

/** A sentence for each handler of a gateway that needs a global guard where it has no effect. */
export function unreachedGateways(modules: ModulesContainer): string[] {
  const gateways = [...classesOf(modules, 'providers')].filter((type) =>
    Reflect.hasMetadata(GATEWAY_METADATA, type),
  );
  const handlers = gateways
    .flatMap(handlersOf)
    .filter(({ method }) => Reflect.hasMetadata(MESSAGE_MAPPING_METADATA, method))
    .filter(needsGlobalGuard);
  return handlers.length === 0 || hasGlobalGuardsInGateways()
    ? []
    : handlers.map(
        ({ name }) =>
          `${name} is not reached by the global WxSessionGuard: Nest 11 applies no global guard to a gateway. Add @UseGuards(WxSessionGuard), or @WxPublic() where everybody may call it.`,
      );
}

/** Since Nest 12. */
function hasGlobalGuardsInGateways(): boolean {
  const require = createRequire(import.meta.url);
  const { version } = require('@nestjs/core/package.json') as { version: string };
  return Number.parseInt(version, 10) >= 12;
}
