import { readFileSync, writeFileSync } from 'node:fs';

/** A token, and what a server has to make of it. */
export interface Ticket {
  readonly token: string;
  readonly userId: string;
  /** Its session has ended: a guard that looks must refuse it. */
  readonly isRevoked: boolean;
}

/** A prime, so that the revoked ones are spread over the connections. */
const REVOKED_EVERY = 257;

export const isRevokedPlace = (place: number): boolean => place % REVOKED_EVERY === 0;

export function writeTickets(file: string, tickets: readonly Ticket[]): void {
  writeFileSync(file, JSON.stringify(tickets), { mode: 0o600 });
}

export const readTickets = (file: string): Ticket[] =>
  JSON.parse(readFileSync(file, 'utf8')) as Ticket[];
