import { Controller, Get, Module, Request, UseGuards, type DynamicModule } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Settings } from '../data/apps.js';
import type { Answer } from './answer.js';

class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(secretOrKey: string) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      ignoreExpiration: false,
      secretOrKey,
    });
  }

  validate(payload: { sub: string; username: string }): object {
    return { userId: payload.sub, username: payload.username };
  }
}

@Controller()
class PassportController {
  @UseGuards(AuthGuard('jwt'))
  @Get('me')
  me(@Request() { user }: { user: Answer }): Answer {
    return { userId: user.userId };
  }
}

/** The recipe on Passport of Nest's documentation: a string secret, no revocation. */
@Module({})
export class PassportJwtModule {
  static with({ jwtSecret }: Settings): DynamicModule {
    return {
      module: PassportJwtModule,
      imports: [PassportModule],
      controllers: [PassportController],
      providers: [{ provide: JwtStrategy, useFactory: () => new JwtStrategy(jwtSecret) }],
    };
  }
}
