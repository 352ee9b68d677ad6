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
import type { Settings } from '../data/apps.js';
import type { Answer } from './answer.js';

interface JwtRequest {
  readonly headers: { readonly authorization?: string };
  user: { readonly sub: string };
}

@Injectable()
class AuthGuard implements CanActivate {
  constructor(private readonly jwtService: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<JwtRequest>();
    const token = this.extractTokenFromHeader(request);
    if (!token) throw new UnauthorizedException();
    try {
      request.user = await this.jwtService.verifyAsync<JwtRequest['user']>(token);
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }

  private extractTokenFromHeader(request: JwtRequest): string | undefined {
    const [type, token] = request.headers.authorization?.split(' ') ?? [];
    return type === 'Bearer' ? token : undefined;
  }
}

@Controller()
class NestDocsController {
  @UseGuards(AuthGuard)
  @Get('me')
  me(@Request() request: JwtRequest): Answer {
    return { userId: request.user.sub };
  }
}

/** The chapter on authentication of Nest's documentation: a string secret, no revocation. */
@Module({})
export class NestDocsModule {
  static with({ jwtSecret }: Settings): DynamicModule {
    return {
      module: NestDocsModule,
      imports: [
        JwtModule.register({
          global: true,
          secret: jwtSecret,
          signOptions: { expiresIn: '2h' },
        }),
      ],
      controllers: [NestDocsController],
    };
  }
}
