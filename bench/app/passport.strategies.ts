import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { InjectRepository } from '@nestjs/typeorm';
import { ExtractJwt, Strategy, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import type { Repository } from 'typeorm';
import { PlainUser } from './plain-user.entity.js';

export const JWT_SECRET = Symbol('JWT_SECRET');

const optionsOf = (secretOrKey: string): StrategyOptionsWithoutRequest => ({
  jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
  ignoreExpiration: false,
  secretOrKey,
});

/** The recipe of Nest's documentation: no revocation. */
@Injectable()
export class ClaimsStrategy extends PassportStrategy(Strategy, 'claims') {
  constructor(@Inject(JWT_SECRET) secret: string) {
    super(optionsOf(secret));
  }

  validate({ sub }: { sub: string }): { id: string } {
    return { id: sub };
  }
}

/** The same with the row of the user. */
@Injectable()
export class UserStrategy extends PassportStrategy(Strategy, 'user') {
  constructor(
    @Inject(JWT_SECRET) secret: string,
    @InjectRepository(PlainUser) private readonly users: Repository<PlainUser>,
  ) {
    super(optionsOf(secret));
  }

  validate({ sub: id }: { sub: string }): Promise<PlainUser | null> {
    return this.users.findOne({ where: { id } });
  }
}
