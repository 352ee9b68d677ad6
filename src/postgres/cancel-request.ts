import { createConnection } from 'node:net';
import type { PgConnection } from './connection.js';

const CANCEL_REQUEST_CODE = 80_877_102;
const TIMEOUT_MS = 2000;

/**
 * Asks Postgres to cancel the statement that a connection runs. Closing the connection is not
 * enough: the backend would still wait, for example for a lock. Resolves when Postgres has processed
 * the request or cannot be reached. Source: PostgreSQL, "Frontend/Backend Protocol", section
 * "Canceling Requests in Progress". Like libpq before version 17, it is sent without TLS.
 */
export function requestCancel(connection: PgConnection): Promise<void> {
  const { host, port, processID, secretKey } = connection;
  const { remoteAddress, remotePort } = connection.connection.stream;
  const request = Buffer.alloc(16);
  [16, CANCEL_REQUEST_CODE, processID, secretKey].forEach((value, i) => {
    request.writeInt32BE(value, i * 4);
  });
  const socket = host.startsWith('/')
    ? createConnection(`${host}/.s.PGSQL.${String(port)}`)
    : createConnection({ host: remoteAddress ?? host, port: remotePort ?? port });
  return new Promise((resolve) => {
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    // The caller closes the connection after its own timeout.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      resolve();
    });
    socket.on('data', () => undefined);
    socket.end(request);
  });
}
