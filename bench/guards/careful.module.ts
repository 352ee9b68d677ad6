import { createSecretKey } from 'node:crypto';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Request,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
} from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Settings } from '../data/apps.js';
import type { Answer } from './answer.js';

interface Claims {
  readonly sub: string;
  readonly jti: string;
}

interface ClaimsRequest {
  readonly headers: { readonly authorization?: string };
  user: Claims;
}

@Injectable()
class CarefulGuard implements CanActivate {
  constructor(
    private readonly jwtService: JwtService,
    private readonly dataSource: DataSource,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ClaimsRequest>();
    const [type, token] = request.headers.authorization?.split(' ') ?? [];
    if (type !== 'Bearer' || !token) throw new UnauthorizedException();
    const claims = await this.jwtService.verifyAsync<Claims>(token).catch(() => {
      throw new UnauthorizedException();
    });
    const revoked = await this.dataSource.query<unknown[]>(
      'SELECT 1 FROM wechat_revoked_session WHERE user_id = $1 AND id = $2',
      [claims.sub, claims.jti],
    );
    if (revoked.length > 0) throw new UnauthorizedException();
    request.user = claims;
    return true;
  }
}

@Controller()
class CarefulController {
  @UseGuards(CarefulGuard)
  @Get('me')
  me(@Request() request: ClaimsRequest): Answer {
    return { userId: request.user.sub };
  }
}

/** By hand, with care: a KeyObject, the algorithm named, and a SELECT for revocation. */
@Module({})
export class CarefulModule {
  static with({ jwtSecret, databaseUrl }: Settings): DynamicModule {
    return {
      module: CarefulModule,
      imports: [
        TypeOrmModule.forRoot({ type: 'postgres', url: databaseUrl }),
        JwtModule.register({
          secret: createSecretKey(Buffer.from(jwtSecret)),
          verifyOptions: { algorithms: ['HS256'] },
        }),
      ],
      controllers: [CarefulController],
    };
  }
}
