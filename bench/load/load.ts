import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { readTickets, type Ticket } from '../data/tickets.js';
import { serve } from '../processes/serve.js';
import { expectationOf, type Looks } from './expectation.js';

export interface Fire {
  readonly url: string;
  /** A file of tickets. */
  readonly tickets: string;
  readonly looks: Looks;
  readonly connections: number;
  /** How long, … */
  readonly seconds?: number;
  /** … or how many requests. */
  readonly requests?: number;
}

export interface Hits {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly refused: number;
}

export interface LoadCommands {
  readonly fire: (orders: Fire) => Promise<Hits>;
}

class Tally {
  readonly latency: RecordableHistogram = createHistogram();
  refused = 0;
  wrong: string | undefined;
}

const SAMPLE_MS = 100;

/** The requests of one connection: its share of the tickets, over and over. */
function requestsOf(tickets: readonly Ticket[], looks: Looks, tally: Tally): autocannon.Request[] {
  return tickets.map((ticket) => {
    const expected = expectationOf(ticket, looks);
    return {
      headers: { authorization: `Bearer ${ticket.token}` },
      onResponse: (status: number, body: string) => {
        if (status !== expected.status || (expected.body ?? body) !== body) {
          tally.wrong ??= `${String(status)} ${body} instead of ${String(expected.status)} ${expected.body ?? ''}`;
        }
        if (status === 401) tally.refused++;
      },
    };
  });
}

async function fire(orders: Fire): Promise<Hits> {
  const { url, looks, connections, seconds, requests } = orders;
  const tickets = readTickets(orders.tickets);
  const tally = new Tally();
  let connection = 0;
  const result = await autocannon({
    url,
    connections,
    ...(seconds === undefined ? {} : { duration: seconds }),
    ...(requests === undefined ? {} : { amount: requests }),
    sampleInt: SAMPLE_MS,
    setupClient: (client) => {
      const place = connection++;
      const share = tickets.filter((_, i) => i % connections === place);
      client.setRequests(requestsOf(share, looks, tally));
      client.on('response', (_status, _bytes, milliseconds) => {
        tally.latency.record(Math.max(1, Math.round(milliseconds * 1e6)));
      });
    },
  });
  if (tally.wrong !== undefined) throw new Error(`${url} answered ${tally.wrong}`);
  if (result.errors > 0) throw new Error(`${url}: ${String(result.errors)} requests failed.`);
  return {
    requests: tally.latency.count,
    perSecond: tally.latency.count / result.duration,
    p50: tally.latency.percentile(50) / 1e6,
    p99: tally.latency.percentile(99) / 1e6,
    refused: tally.refused,
  };
}

serve<LoadCommands>(() => ({ commands: { fire } }));
