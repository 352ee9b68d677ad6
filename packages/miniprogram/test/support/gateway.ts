import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Gateway {
  readonly url: string;
  /** Responses for the next requests, which are not forwarded. */
  answers: Answering[];
  close(): Promise<void>;
}

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** A gateway in front of a server: it drops unknown headers. */
export async function startGateway(target: string): Promise<Gateway> {
  const gateway = { answers: [] as Answering[] };
  const server = createServer((incoming, outgoing) => {
    const answer = gateway.answers.shift();
    if (answer) {
      incoming.resume();
      answer(incoming, outgoing);
      return;
    }
    const { method, url, headers } = incoming;
    const passed = request(target + String(url), { method, headers, agent: false }, (response) => {
      const kept = Object.entries(response.headers).filter(([name]) => !/^(wx|www)-/.test(name));
      outgoing.writeHead(response.statusCode ?? 502, Object.fromEntries(kept));
      response.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return Object.assign(gateway, {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => {
          closed();
        });
        server.closeAllConnections();
      }),
  });
}

/** A response of the gateway itself. */
export const answering =
  (status: number, headers: Record<string, string> = {}, body = '<html>'): Answering =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers });
    response.end(body);
  };
