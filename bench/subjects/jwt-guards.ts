import {
  Controller,
  Get,
  Injectable,
  Request,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { DataSource } from 'typeorm';
import type { Profile } from './open.js';
import { PlainUser } from './plain-user.entity.js';

interface JwtRequest {
  readonly headers: { readonly authorization?: string };
  user: { readonly sub: string; readonly jti: string };
}

/** The chapter on authentication of Nest's documentation: no revocation. */
@Injectable()
export class NestDocsGuard implements CanActivate {
  constructor(private readonly jwtService: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<JwtRequest>();
    const [type, token] = request.headers.authorization?.split(' ') ?? [];
    if (type !== 'Bearer' || !token) throw new UnauthorizedException();
    try {
      request.user = await this.jwtService.verifyAsync<JwtRequest['user']>(token);
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}

@Controller()
@UseGuards(NestDocsGuard)
export class NestDocsController {
  @Get('me')
  me(@Request() { user }: JwtRequest): Profile {
    return { userId: user.sub };
  }
}

/** The same with care: a SELECT for revocation, and where it is used a KeyObject. */
@Injectable()
export class CarefulGuard extends NestDocsGuard {
  constructor(
    jwtService: JwtService,
    private readonly dataSource: DataSource,
  ) {
    super(jwtService);
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const { user } = context.switchToHttp().getRequest<JwtRequest>();
    const revoked = await this.dataSource.query<unknown[]>(
      'SELECT 1 FROM wechat_revoked_session WHERE user_id = $1 AND id = $2',
      [user.sub, user.jti],
    );
    if (revoked.length > 0) throw new UnauthorizedException();
    return true;
  }
}

@Controller()
@UseGuards(CarefulGuard)
export class CarefulController extends NestDocsController {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  @Get('user')
  async user(@Request() { user: { sub: id } }: JwtRequest): Promise<Profile> {
    const user = await this.dataSource.getRepository(PlainUser).findOneByOrFail({ id });
    return { userId: user.id, openid: user.openid };
  }
}
