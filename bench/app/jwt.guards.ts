import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { DataSource } from 'typeorm';

/** A JwtService whose secret is a KeyObject. */
export const CAREFUL_JWT = Symbol('CAREFUL_JWT');

export interface JwtRequest {
  readonly headers: { readonly authorization?: string };
  user: { readonly sub: string; readonly jti: string };
}

/** The guard type of Nest. */
@Injectable()
export class EmptyGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
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

/** The same with a KeyObject, and a SELECT for revocation. */
@Injectable()
export class CarefulGuard extends NestDocsGuard {
  constructor(
    @Inject(CAREFUL_JWT) jwtService: JwtService,
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
