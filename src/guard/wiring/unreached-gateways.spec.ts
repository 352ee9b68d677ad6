import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Injectable, UseGuards } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';

/** Of Nest; test/package.e2e-spec.ts has a real Nest 11. */
let version = '11.1.4';
jest.unstable_mockModule('@nestjs/core/package.json', () => ({
  default: {
    get version() {
      return version;
    },
  },
}));
const { WxOptional, WxPublic } = await import('../wx-session.decorators.js');
const { WxSessionGuard } = await import('../wx-session.guard.js');
const { unreachedGateways } = await import('./unreached-gateways.js');

class OtherGuard {
  canActivate(): boolean {
    return true;
  }
}
@Injectable()
class OwnGuard extends WxSessionGuard {}

@WebSocketGateway()
class Chat {
  @SubscribeMessage('bare') bare(): void {}
  @WxOptional() @SubscribeMessage('optional') optional(): void {}
  @UseGuards(OtherGuard) @SubscribeMessage('other') other(): void {}
  @UseGuards(OtherGuard, WxSessionGuard) @SubscribeMessage('guarded') guarded(): void {}
  @UseGuards(OwnGuard) @SubscribeMessage('own') own(): void {}
  @WxPublic() @SubscribeMessage('open') open(): void {}
  handleConnection(): void {}
}

@UseGuards(WxSessionGuard)
@WebSocketGateway()
class GuardedChat {
  @SubscribeMessage('bare') bare(): void {}
}

@WxPublic()
@WebSocketGateway()
class OpenChat {
  @SubscribeMessage('bare') bare(): void {}
}

@Injectable()
class NoGateway {
  @SubscribeMessage('bare') bare(): void {}
}

@Controller()
class NoProvider {
  @SubscribeMessage('bare') bare(): void {}
}

describe('unreachedGateways', () => {
  afterEach(() => {
    version = '11.1.4';
  });

  const problemsOf = async (...providers: (new () => object)[]): Promise<string[]> => {
    // The guards are never called.
    const module = await Test.createTestingModule({ controllers: [NoProvider], providers })
      .useMocker(() => ({}))
      .compile();
    return unreachedGateways(module.get(ModulesContainer));
  };

  it('names each handler that only a global guard could protect, and the remedy', async () => {
    const problems = await problemsOf(Chat, GuardedChat, OpenChat, NoGateway);
    expect(problems).toEqual(
      ['Chat.bare', 'Chat.optional', 'Chat.other'].map(
        (name) =>
          `${name} is not reached by the global WxSessionGuard: Nest 11 applies no global guard to a gateway. Add @UseGuards(WxSessionGuard), or @WxPublic() if any client may call it.`,
      ),
    );
  });

  it.each(['12.0.0', '13.1.0', '120.0.0'])(
    'finds none on Nest %s, which applies global guards to gateways',
    async (newer) => {
      version = newer;
      expect(await problemsOf(Chat)).toEqual([]);
    },
  );
});
