import { describe, expect, it } from '@jest/globals';
import { Reflector } from '@nestjs/core';
import { accessOf } from './route-access.js';
import { CurrentWxUser, WxApp, WxOptional, WxPublic } from './wx-session.decorators.js';

class Closed {
  plain(): void {}
  reader(@CurrentWxUser('unionid') unionid: string | null): string | null {
    return unionid;
  }
  @WxPublic() open(): void {}
  @WxApp('wx1') tied(): void {}
}

@WxPublic()
class Open {
  plain(): void {}
  overridden(): void {}
  @WxApp('wx1') tied(): void {}
}

@WxApp('wx2')
class TiedBelowOpen extends Open {
  override overridden(): void {}
  @WxPublic() open(): void {}
}

class BelowTied extends TiedBelowOpen {}

@WxPublic()
class OpenBelowTied extends TiedBelowOpen {}

@WxPublic()
@WxApp('wx1')
class Contradictory {
  plain(): void {}
}

@WxOptional()
class Optional {
  plain(): void {}
  @WxPublic() open(): void {}
  @WxApp('wx1') tied(): void {}
  @WxOptional() @WxApp('wx1') both(): void {}
}

class TiedOnTop extends TiedBelowOpen {
  @WxOptional() optional(): void {}
}

@WxOptional()
class OptionalBelowTied extends TiedBelowOpen {
  @WxOptional() optional(): void {}
}

class InOpen extends Open {
  @WxOptional() optional(): void {}
}

@WxPublic()
@WxOptional()
class OpenAndOptional {
  plain(): void {}
}

const closed = { isPublic: false, isOptional: false, appid: undefined, readsUser: false };
const open = { ...closed, isPublic: true };
const optional = { ...closed, isOptional: true };
const tiedTo = (appid: string): object => ({ ...closed, appid });
const optionalFor = (appid: string): object => ({ ...optional, appid });

describe('the access to a handler', () => {
  it.each([
    ['without a declaration', Closed.prototype.plain, Closed, closed],
    ['that reads its user', Closed.prototype.reader, Closed, { ...closed, readsUser: true }],
    ['that is open itself', Closed.prototype.open, Closed, open],
    ['that is tied to an app itself', Closed.prototype.tied, Closed, tiedTo('wx1')],
    ['in an open class', Open.prototype.plain, Open, open],
    ['that is tied itself, in an open class', Open.prototype.tied, Open, tiedTo('wx1')],
    [
      'in a tied class that extends an open one',
      Open.prototype.plain,
      TiedBelowOpen,
      tiedTo('wx2'),
    ],
    [
      'that overrides one of an open class',
      TiedBelowOpen.prototype.overridden,
      TiedBelowOpen,
      tiedTo('wx2'),
    ],
    ['that is open itself, in a tied class', TiedBelowOpen.prototype.open, TiedBelowOpen, open],
    ['that is tied itself, in another tied class', Open.prototype.tied, BelowTied, tiedTo('wx1')],
    ['in a class that extends a tied one', Open.prototype.plain, BelowTied, tiedTo('wx2')],
    ['in an open class that extends a tied one', Open.prototype.plain, OpenBelowTied, open],
    ['in a class that is both', Contradictory.prototype.plain, Contradictory, tiedTo('wx1')],
    ['in an optional class', Optional.prototype.plain, Optional, optional],
    ['that is open itself, in an optional class', Optional.prototype.open, Optional, open],
    ['that is tied itself, in an optional class', Optional.prototype.tied, Optional, tiedTo('wx1')],
    ['that is optional and tied itself', Optional.prototype.both, Optional, optionalFor('wx1')],
    ['that is optional itself, in an open class', InOpen.prototype.optional, InOpen, optional],
    [
      'that is optional itself, in a tied class',
      TiedOnTop.prototype.optional,
      TiedOnTop,
      optionalFor('wx2'),
    ],
    [
      'that is optional itself, in an optional class that extends a tied one',
      OptionalBelowTied.prototype.optional,
      OptionalBelowTied,
      optionalFor('wx2'),
    ],
    [
      'in a class that is open and optional at once',
      OpenAndOptional.prototype.plain,
      OpenAndOptional,
      closed,
    ],
  ])('%s is that of the nearest declaration', (_, handler, type, access) => {
    expect(accessOf(handler, type)).toEqual(access);
  });

  it('can be read by a guard of the app', () => {
    const reflector = new Reflector();
    expect(reflector.get(WxPublic, Open)).toBe(true);
    expect(reflector.get(WxOptional, Optional)).toBe(true);
    expect(reflector.get(WxApp, TiedBelowOpen)).toBe('wx2');
    expect(reflector.get(WxPublic, Closed)).toBeUndefined();
  });
});
