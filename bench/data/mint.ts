import { createSecretKey, randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { NestFactory } from '@nestjs/core';
import { SessionsService } from '../../src/index.js';
import { OursModule } from '../guards/ours.module.js';
import type { Settings } from './apps.js';
import type { BenchDatabase } from './database.js';
import { openid, userId } from './population.js';
import { isRevokedPlace, type Ticket } from './tickets.js';

/** Tokens of different users, spread over all of them. */
export interface Minted {
  readonly ours: Ticket[];
  readonly peers: Ticket[];
}

export async function mint(
  settings: Settings,
  database: BenchDatabase,
  tokens: number,
  users: number,
): Promise<Minted> {
  const numbers = Array.from({ length: tokens }, (_, i) => i * Math.floor(users / tokens));
  const peers = peerTickets(settings, numbers);
  await database.revoke(
    peers.filter(({ isRevoked }) => isRevoked).map(({ userId, jti: id }) => ({ userId, id })),
  );
  return { ours: await ourTickets(settings, numbers), peers };
}

/** Issued and revoked through the library, as an application would. */
async function ourTickets(settings: Settings, numbers: readonly number[]): Promise<Ticket[]> {
  const app = await NestFactory.createApplicationContext(OursModule.with(settings), {
    logger: ['error', 'warn'],
  });
  const sessions = app.get(SessionsService);
  try {
    const tickets: Ticket[] = [];
    for (const [place, n] of numbers.entries()) {
      const user = { id: userId(n), appid: settings.app.appid, sessionEpoch: 0 };
      const { token, session } = await sessions.issue(user);
      const isRevoked = isRevokedPlace(place);
      if (isRevoked) await sessions.revoke(session);
      tickets.push({ token, userId: user.id, isRevoked });
    }
    return tickets;
  } finally {
    await app.close();
  }
}

/** What the sign-in of Nest's documentation issues, with an id to revoke it by. */
function peerTickets(
  { jwtSecret }: Settings,
  numbers: readonly number[],
): (Ticket & { jti: string })[] {
  // The same tokens as with the string itself, sooner.
  const secret = createSecretKey(Buffer.from(jwtSecret));
  const jwt = new JwtService({ secret, signOptions: { expiresIn: '2h' } });
  return numbers.map((n, place) => {
    const [sub, jti] = [userId(n), randomUUID()];
    const token = jwt.sign({ sub, username: openid(n), jti });
    return { token, userId: sub, jti, isRevoked: isRevokedPlace(place) };
  });
}
