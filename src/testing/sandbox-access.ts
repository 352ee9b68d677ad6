import type { IncomingMessage, ServerResponse } from 'node:http';

const LOOPBACK = String.raw`(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?`;
const LOOPBACK_HOST = new RegExp(`^${LOOPBACK}$`, 'i');
const LOOPBACK_ORIGIN = new RegExp(`^http://${LOOPBACK}$`, 'i');

/**
 * Whether a request is allowed. Servers and pages on this machine are, such as the demo on another
 * port. Other pages in a local browser are not, even if their host name resolves to this machine
 * (DNS rebinding).
 */
export function isAllowed({ headers }: IncomingMessage, response: ServerResponse): boolean {
  const { host = '', origin } = headers;
  if (!LOOPBACK_HOST.test(host)) return false;
  if (origin === undefined) return true;
  if (!LOOPBACK_ORIGIN.test(origin)) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-headers', 'content-type');
  response.setHeader('vary', 'origin');
  return true;
}
