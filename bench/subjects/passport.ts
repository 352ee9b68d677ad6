import { Controller, Get, Request, UseGuards, type Provider } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { DataSource } from 'typeorm';
import type { Profile } from './open.js';
import { PlainUser } from './plain-user.entity.js';

type Validate = (claims: { sub: string }) => Profile | Promise<Profile | null>;

/** The recipe of Nest's documentation: no revocation. */
function jwtStrategy(name: string, secretOrKey: string, validate: Validate): object {
  return new (class JwtStrategy extends PassportStrategy(Strategy, name) {
    validate = validate;

    constructor() {
      const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();
      super({ jwtFromRequest, ignoreExpiration: false, secretOrKey });
    }
  })();
}

export const strategies = (secret: string): Provider[] => [
  {
    provide: 'claims',
    useFactory: () => jwtStrategy('claims', secret, ({ sub }) => ({ userId: sub })),
  },
  {
    provide: 'user',
    useFactory: (dataSource: DataSource) =>
      jwtStrategy('user', secret, async ({ sub: id }) => {
        const user = await dataSource.getRepository(PlainUser).findOne({ where: { id } });
        return user && { userId: user.id, openid: user.openid };
      }),
    inject: [DataSource],
  },
];

@Controller()
export class PassportController {
  @UseGuards(AuthGuard('claims'))
  @Get('me')
  me(@Request() { user }: { user: Profile }): Profile {
    return user;
  }

  @UseGuards(AuthGuard('user'))
  @Get('user')
  user(@Request() { user }: { user: Profile }): Profile {
    return user;
  }
}
