import { Controller, Get, Module } from '@nestjs/common';
import { ANYBODY, type Answer } from './answer.js';

@Controller()
class OpenController {
  @Get('me')
  me(): Answer {
    return ANYBODY;
  }
}

/** No guard at all. */
@Module({ controllers: [OpenController] })
export class OpenModule {}
