import { Controller, Get, Request, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import {
  CurrentWxSession,
  CurrentWxUser,
  WechatUser,
  WxSessionGuard,
  type WxSession,
} from '../../src/index.js';
import { CarefulGuard, EmptyGuard, NestDocsGuard, type JwtRequest } from './jwt.guards.js';
import { PlainUser } from './plain-user.entity.js';
import { ANYBODY, type Profile } from './profile.js';

const profileOf = ({ id: userId, openid }: WechatUser | PlainUser): Profile => ({ userId, openid });

/** A route for each guard, and one with the row of the user. */
@Controller()
export class GuardsController {
  constructor(@InjectRepository(PlainUser) private readonly users: Repository<PlainUser>) {}

  @Get('open')
  open(): Profile {
    return ANYBODY;
  }

  @Get('empty')
  @UseGuards(EmptyGuard)
  empty(): Profile {
    return ANYBODY;
  }

  @Get('nestDocs')
  @UseGuards(NestDocsGuard)
  nestDocs(@Request() { user }: JwtRequest): Profile {
    return { userId: user.sub };
  }

  @Get('passport')
  @UseGuards(AuthGuard('claims'))
  passport(@Request() { user }: { user: { id: string } }): Profile {
    return { userId: user.id };
  }

  @Get('passportUser')
  @UseGuards(AuthGuard('user'))
  passportUser(@Request() { user }: { user: PlainUser }): Profile {
    return profileOf(user);
  }

  @Get('careful')
  @UseGuards(CarefulGuard)
  careful(@Request() { user }: JwtRequest): Profile {
    return { userId: user.sub };
  }

  @Get('carefulUser')
  @UseGuards(CarefulGuard)
  async carefulUser(@Request() { user }: JwtRequest): Promise<Profile> {
    return profileOf(await this.users.findOneByOrFail({ id: user.sub }));
  }

  @Get('guarded')
  @UseGuards(WxSessionGuard)
  guarded(@CurrentWxSession() { userId }: WxSession): Profile {
    return { userId };
  }

  @Get('guardedUser')
  @UseGuards(WxSessionGuard)
  guardedUser(@CurrentWxUser() user: WechatUser): Profile {
    return profileOf(user);
  }
}
