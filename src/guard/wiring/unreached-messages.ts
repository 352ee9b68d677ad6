import type { ModulesContainer } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { WechatAuthConfigError } from '../../errors/wechat-auth-config.error.js';
import type { GlobalGuards } from './global-guards.js';
import { classesOf, handlersOf } from './handlers.js';
import { needsGlobalGuard } from './session-guards.js';

/** Of `@nestjs/microservices`, which a host need not have. */
const PATTERN_METADATA = 'microservices:pattern';

/** What is used here of the server of a microservice. */
interface MessageServer {
  addHandler: (pattern: unknown, ...rest: unknown[]) => unknown;
  listen: (...args: unknown[]) => unknown;
}

/** The servers of an app's microservices, now and later; Nest tells them since 11.1.4. */
export const serversOf = (modules: ModulesContainer): Observable<MessageServer> | undefined =>
  (modules as Partial<ModulesContainer>).getRpcTargetRegistry?.call(modules) as
    Observable<MessageServer> | undefined;

/**
 * Keeps a server from listening where one of its handlers needs a global guard that has no effect:
 * a microservice that is connected to an app has its global guards with `inheritAppConfig` only.
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

/** A sentence for each message handler that needs a global guard where there is none. */
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
        `${name} is not reached by the global WxSessionGuard, as its microservice has none of the global guards of the app: pass { inheritAppConfig: true } to connectMicroservice, or add @UseGuards(WxSessionGuard), or @WxPublic() where everybody may call it.`,
    );

const patternsOf = (method: object): readonly unknown[] =>
  (Reflect.getMetadata(PATTERN_METADATA, method) as readonly unknown[] | undefined) ?? [];
