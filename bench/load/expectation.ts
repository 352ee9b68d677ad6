import type { Ticket } from '../data/tickets.js';
import { ANYBODY, type Answer } from '../guards/answer.js';
import type { guardPeers } from '../guards/peers.js';

export type Looks = (typeof guardPeers)[keyof typeof guardPeers]['looks'];

/** What a server has to answer. */
export interface Expectation {
  readonly status: number;
  /** Absent where every body will do. */
  readonly body?: string;
}

export function expectationOf({ userId, isRevoked }: Ticket, looks: Looks): Expectation {
  if (looks === 'at revocation' && isRevoked) return { status: 401 };
  const answer: Answer = looks === 'never' ? ANYBODY : { userId };
  return { status: 200, body: JSON.stringify(answer) };
}
