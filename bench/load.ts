import { createHistogram } from 'node:perf_hooks';
import autocannon, { type Request } from 'autocannon';
import { ANYBODY, type Profile } from './app/profile.js';
import type { Ticket } from './data/tickets.js';
import { codeOf, randomUser, userId } from './data/users.js';

/** What is sent over HTTP. */
export interface HttpLoad {
  readonly path: string;
  readonly connections: number;
  /** The check of every response: a fixed body, the id, the row of the user, or a login. */
  readonly check: 'anybody' | 'id' | 'user' | 'login';
  /** The library and strict peers must refuse the tokens of revoked sessions. */
  readonly tokens: 'ours' | 'peers' | 'peers, strict';
  /** A number of requests instead of a duration. */
  readonly requests?: number;
}

/** The smallest number of connections for the tokens, so that few connections also reach all of them. */
const MIN_SHARES = 64;

type Report = (wrong: string) => void;

function guardedRequest(ticket: Ticket, { check, tokens }: HttpLoad, report: Report): Request {
  const { userId, openid } = ticket;
  const users: Record<string, Profile> = { id: { userId }, user: { userId, openid } };
  const body = JSON.stringify(users[check] ?? ANYBODY);
  const expected = ticket.isRevoked && tokens !== 'peers' ? 401 : 200;
  return {
    headers: { authorization: `Bearer ${tokens === 'ours' ? ticket.ours : ticket.peers}` },
    onResponse: (status, received) => {
      if (status === expected && (status === 401 || received === body)) return;
      report(`${status} ${received} instead of ${expected} ${body}`);
    },
  };
}

/** A login of another user each time, with a code that was never used. */
function loginRequest(users: number, report: Report): Request {
  let user = randomUser(users);
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    setupRequest: (request) => {
      user = randomUser(users);
      return { ...request, body: JSON.stringify({ code: codeOf(user.openid) }) };
    },
    onResponse: (status, received) => {
      const body = (status === 200 ? JSON.parse(received) : {}) as Record<string, unknown>;
      const hasToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(String(body.token));
      const isUser = user.n === undefined ? 'userId' in body : body.userId === userId(user.n);
      if (!hasToken || !isUser) report(`${status} ${received} for ${user.openid}`);
    },
  };
}

/**
 * Sends requests to all servers, each with the same share of the connections. The percentiles of
 * the latency are milliseconds.
 * @throws if a request failed or a response was wrong.
 */
export async function fire(
  load: HttpLoad,
  seconds: number,
  { urls, tickets, users }: { urls: string[]; tickets: readonly Ticket[]; users: number },
): Promise<{ requests: number; perSecond: number; p50: number; p99: number }> {
  const { path, connections, check, requests } = load;
  const latency = createHistogram();
  const wrong = new Set<string>();
  const report: Report = (what) => wrong.add(what);
  let place = 0;
  const setupClient = (client: autocannon.Client): void => {
    const share = tickets.filter((_, i) => i % Math.max(connections, MIN_SHARES) === place);
    place++;
    client.setRequests(
      check === 'login'
        ? [loginRequest(users, report)]
        : share.map((ticket) => guardedRequest(ticket, load, report)),
    );
    client.on('response', (_status, _bytes, ms) => {
      latency.record(Math.max(1, Math.round(ms * 1e6)));
    });
  };
  const servers = urls.length;
  const length = requests === undefined ? { duration: seconds } : { amount: requests / servers };
  const options = { ...length, connections: connections / servers, sampleInt: 100, setupClient };
  const results = await Promise.all(urls.map((url) => autocannon({ ...options, url: url + path })));
  for (const { errors } of results) if (errors > 0) report(`${errors} requests failed`);
  if (wrong.size > 0) throw new Error(`${path}: ${[...wrong].slice(0, 3).join('; ')}`);
  return {
    requests: latency.count,
    perSecond: latency.count / Math.max(...results.map(({ duration }) => duration)),
    p50: latency.percentile(50) / 1e6,
    p99: latency.percentile(99) / 1e6,
  };
}
