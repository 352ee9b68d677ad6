import type { IncomingMessage } from 'node:http';
import type { ArgumentsHost } from '@nestjs/common';

/** What many back ends in China answer with, whatever the status. */
export interface Envelope {
  /** 0, or the status of the error. */
  readonly code: number;
  readonly data: unknown;
  readonly message: string;
}

/** An app of yours wraps every answer; this one does where a request asks for it, to show both. */
export function wantsEnvelope(host: ArgumentsHost): boolean {
  return 'x-demo-envelope' in host.switchToHttp().getRequest<IncomingMessage>().headers;
}
