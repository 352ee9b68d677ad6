import type { ModulesContainer } from '@nestjs/core';
import nestCore from '@nestjs/core/package.json' with { type: 'json' };
import { classesOf, handlersOf } from './handlers.js';
import { needsGlobalGuard } from './session-guards.js';

/** From `@nestjs/websockets`, an optional peer dependency. */
const GATEWAY_METADATA = 'websockets:is_gateway';
const MESSAGE_MAPPING_METADATA = 'websockets:message_mapping';

/** One message for each gateway handler that relies on a global guard without effect. */
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
          `${name} is not reached by the global WxSessionGuard: Nest 11 applies no global guard to a gateway. Add @UseGuards(WxSessionGuard), or @WxPublic() if any client may call it.`,
      );
}

/** Since Nest 12. */
const hasGlobalGuardsInGateways = (): boolean => Number.parseInt(nestCore.version, 10) >= 12;
