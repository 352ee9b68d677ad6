import type { ModulesContainer } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { WechatAuthConfigError } from '../../errors/wechat-auth-config.error.js';
import type { GlobalGuards } from './global-guards.js';
import { classesOf, handlersOf } from './handlers.js';
import { needsGlobalGuard } from './session-guards.js';

/** From `@nestjs/microservices`, an optional peer dependency. */
const PATTERN_METADATA = 'microservices:pattern';

/** The part of a microservice server that is used here. */
interface MessageServer {
  addHandler: (pattern: unknown, ...rest: unknown[]) => unknown;
  listen: (...args: unknown[]) => unknown;
}

/** The servers of an app's microservices, current and future. Requires Nest 11.1.4. */
export const serversOf = (modules: ModulesContainer): Observable<MessageServer> | undefined =>
  (modules as Partial<ModulesContainer>).getRpcTargetRegistry?.call(modules) as
    Observable<MessageServer> | undefined;

/**
 * Prevents a server from listening if one of its handlers relies on a global guard that has no
 * effect: a connected microservice has the global guards of the app only with `inheritAppConfig`.
 */
export function refuseUnreachedMessages(
  server: MessageServer,
  modules: ModulesContainer,
  globalGuards: GlobalGuards,
): void {
  const [addHandler, listen] = [server.addHandler.bind(server), server.listen.bind(server)];
  const patterns = new Set<unknown>();
  let isReached = false;
  server.addHandler = (pattern, ...rest) => {
    patterns.add(pattern);
    // Nest builds a handler before it adds it; a request-scoped one is built for each message.
    if (globalGuards.takeRead()) isReached = true;
    return addHandler(pattern, ...rest);
  };
  server.listen = (...args) => {
    if (!isReached && globalGuards.includeOurs()) {
      const problems = unreachedMessages(modules, (pattern) => patterns.has(pattern));
      if (problems.length > 0) throw new WechatAuthConfigError(problems);
    }
    return listen(...args);
  };
}

/** One message for each message handler that relies on a global guard without effect. */
export const unreachedMessages = (
  modules: ModulesContainer,
  isServed: (pattern: unknown) => boolean = () => true,
): string[] =>
  [...classesOf(modules, 'controllers')]
    .flatMap(handlersOf)
    .filter(({ method }) => patternsOf(method).some(isServed))
    .filter(needsGlobalGuard)
    .map(
      ({ name }) =>
        `${name} is not reached by the global WxSessionGuard, because its microservice does not have the global guards of the app: pass { inheritAppConfig: true } to connectMicroservice, or add @UseGuards(WxSessionGuard), or @WxPublic() if any client may call it.`,
    );

const patternsOf = (method: object): readonly unknown[] =>
  (Reflect.getMetadata(PATTERN_METADATA, method) as readonly unknown[] | undefined) ?? [];
