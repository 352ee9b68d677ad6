import {
  Controller,
  Get,
  Injectable,
  Post,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CurrentWxSession, WxSessionGuard, wxSessionOf } from '../../src/index.js';

type Role = 'admin' | 'user';

export const Roles = Reflector.createDecorator<Role[]>();

/** Data of the app: the users who are administrators. */
const admins = new Set<string>();

/** The role guard of the documentation. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(Roles.KEY, targets);
    if (roles === undefined) return true;
    const session = wxSessionOf(context);
    return session !== undefined && roles.includes(admins.has(session.userId) ? 'admin' : 'user');
  }
}

/** Makes the user of the session an administrator. */
@Controller('admins')
export class AdminsController {
  @UseGuards(WxSessionGuard)
  @Post()
  add(@CurrentWxSession('userId') userId: string): void {
    admins.add(userId);
  }
}

/** A route for administrators, to extend. */
@Roles(['admin'])
export class AdminRoutes {
  @Get()
  get(): string {
    return 'in';
  }
}
