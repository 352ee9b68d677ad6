import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { DataSource } from 'typeorm';
import { PlainUser } from './plain-user.entity.js';

export const JWT_SECRET = Symbol('JWT_SECRET');

const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();

/** The recipe of Nest's documentation: no revocation. */
@Injectable()
export class ClaimsStrategy extends PassportStrategy(Strategy, 'claims') {
  constructor(@Inject(JWT_SECRET) secretOrKey: string) {
    super({ jwtFromRequest, ignoreExpiration: false, secretOrKey });
  }

  validate({ sub }: { sub: string }): { id: string } {
    return { id: sub };
  }
}

/** The same with the row of the user. */
@Injectable()
export class UserStrategy extends PassportStrategy(Strategy, 'user') {
  constructor(
    @Inject(JWT_SECRET) secretOrKey: string,
    private readonly dataSource: DataSource,
  ) {
    super({ jwtFromRequest, ignoreExpiration: false, secretOrKey });
  }

  validate({ sub: id }: { sub: string }): Promise<PlainUser | null> {
    return this.dataSource.getRepository(PlainUser).findOne({ where: { id } });
  }
}
