import type { IncomingMessage } from 'node:http';
import type { ArgumentsHost } from '@nestjs/common';

/** The body of every response in many Chinese back ends. */
export interface Envelope {
  /** 0, or the status of the error. */
  readonly code: number;
  readonly data: unknown;
  readonly message: string;
}

/** Your app wraps every response; this one does if a request asks for it, to show both. */
export function wantsEnvelope(host: ArgumentsHost): boolean {
  return 'x-demo-envelope' in host.switchToHttp().getRequest<IncomingMessage>().headers;
}
