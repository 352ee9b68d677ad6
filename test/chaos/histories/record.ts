import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contract } from '../load/contract.js';
import type { Target } from '../load/load.js';
import { Requests } from '../load/requests.js';
import { HistoryClient } from './history-client.js';
import { SessionHistory } from './session-history.js';

const USERS = 4;
const CLIENTS_OF_EACH = 6;
const PAUSE_MS = 10;
/** Operations of unknown outcome, each of which doubles the number of possible orders. */
const MOST_UNKNOWN = 8;

/** Several clients of each user do operations at the same time while `meanwhile` runs. */
export async function recordHistories(
  target: Target,
  contract: Contract,
  meanwhile: () => Promise<unknown>,
): Promise<readonly SessionHistory[]> {
  const requests = new Requests(contract);
  const histories = Array.from({ length: USERS }, () => new SessionHistory());
  let isOver = false;
  const clients = histories.flatMap((history) => {
    const openid = `o-${randomUUID()}`;
    return Array.from({ length: CLIENTS_OF_EACH }, async () => {
      const client = new HistoryClient(target, requests, openid, history);
      while (!isOver && history.unknown < MOST_UNKNOWN) {
        await client.act();
        await sleep(PAUSE_MS * 2 * Math.random());
      }
    });
  });
  try {
    await meanwhile();
  } finally {
    isOver = true;
    await Promise.all(clients);
  }
  return histories;
}
