import { Controller, Get, Injectable, Module, UseGuards, type CanActivate } from '@nestjs/common';
import { ANYBODY, type Answer } from './answer.js';

@Injectable()
export class EmptyGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller()
class EmptyController {
  @UseGuards(EmptyGuard)
  @Get('me')
  me(): Answer {
    return ANYBODY;
  }
}

/** What Nest itself takes for a guard. */
@Module({ controllers: [EmptyController] })
export class EmptyModule {}
