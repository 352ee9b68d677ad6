import { createHistogram } from 'node:perf_hooks';
import autocannon, { type Request } from 'autocannon';
import { readTickets, type Ticket } from '../data/tickets.js';
import { codeOf, randomUser, userId } from '../data/users.js';
import { ANYBODY } from '../subjects/open.js';

/** What every response is checked for. */
export type Check = 'anybody' | 'id' | 'user' | 'login';

export interface Orders {
  /** Each gets the same share of the connections. */
  readonly urls: readonly string[];
  readonly connections: number;
  readonly check: Check;
  /** Whether tokens of revoked sessions must be refused. */
  readonly isStrict: boolean;
  readonly tokens: 'ours' | 'peers';
  /** A file of tickets. */
  readonly tickets: string;
  readonly users: number;
  /** Seconds, or where there are `requests` so many of them. */
  readonly seconds?: number;
  readonly requests?: number;
}

export interface Hits {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const MIN_SHARES = 64;

type Report = (wrong: string) => void;

function guardedRequest(ticket: Ticket, orders: Orders, report: Report): Request {
  const { check, isStrict, tokens } = orders;
  const { userId, openid } = ticket;
  const profile = check === 'id' ? { userId } : check === 'user' ? { userId, openid } : ANYBODY;
  const body = JSON.stringify(profile);
  const expected = isStrict && ticket.isRevoked ? 401 : 200;
  return {
    headers: { authorization: `Bearer ${ticket[tokens]}` },
    onResponse: (status, received) => {
      if (status === expected && (status === 401 || received === body)) return;
      report(`${String(status)} ${received} instead of ${String(expected)} ${body}`);
    },
  };
}

/** A login of another user each time, with a code that was never used. */
function loginRequest({ users }: Orders, report: Report): Request {
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
      if (!hasToken || !isUser) report(`${String(status)} ${received} for ${user.openid}`);
    },
  };
}

/** @throws where a request failed, or a single response was not right. */
export async function fire(orders: Orders): Promise<Hits> {
  const { urls, connections, check, seconds, requests } = orders;
  const tickets = readTickets(orders.tickets);
  const latency = createHistogram();
  const wrong = new Set<string>();
  const report: Report = (what) => wrong.add(what);
  let place = 0;
  const setupClient = (client: autocannon.Client): void => {
    // Each connection has its own share, over and over; few of them have no more than many, so that
    // their tokens are soon known as well.
    const share = tickets.filter((_, i) => i % Math.max(connections, MIN_SHARES) === place);
    place++;
    client.setRequests(
      check === 'login'
        ? [loginRequest(orders, report)]
        : share.map((ticket) => guardedRequest(ticket, orders, report)),
    );
    client.on('response', (_status, _bytes, ms) => {
      latency.record(Math.max(1, Math.round(ms * 1e6)));
    });
  };
  const share = urls.length;
  const length =
    requests === undefined ? { duration: seconds ?? NaN } : { amount: requests / share };
  const options = { ...length, connections: connections / share, sampleInt: 100, setupClient };
  const results = await Promise.all(urls.map((url) => autocannon({ ...options, url })));
  for (const { errors } of results) if (errors > 0) report(`${String(errors)} requests failed`);
  if (wrong.size > 0) throw new Error(`${urls.join()}: ${[...wrong].slice(0, 3).join('; ')}`);
  return {
    requests: latency.count,
    perSecond: latency.count / Math.max(...results.map(({ duration }) => duration)),
    p50: latency.percentile(50) / 1e6,
    p99: latency.percentile(99) / 1e6,
  };
}
