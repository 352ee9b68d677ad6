import { BadRequestException, Controller, Query, Sse, type MessageEvent } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { map, startWith, type Observable } from 'rxjs';
import { Steps } from './steps.js';

@Controller('demo/steps')
@ApiExcludeController()
export class StepsController {
  constructor(private readonly steps: Steps) {}

  /** The steps of a page as they happen. The first event says that the stream is ready. */
  @Sse()
  stream(@Query('page') page: unknown): Observable<MessageEvent> {
    if (typeof page !== 'string' || !/^[\da-f]{32}$/.test(page)) {
      throw new BadRequestException('Name the page, by 32 hexadecimal digits of its own.');
    }
    const ready: MessageEvent = { type: 'ready', data: {} };
    return this.steps.of(page).pipe(
      map((step): MessageEvent => ({ type: 'step', data: step })),
      startWith(ready),
    );
  }
}
