import { randomUUID } from 'node:crypto';
import type { JwtService } from '@nestjs/jwt';
import { SessionsService } from '../../src/index.js';
import { createContext } from '../app/app.js';
import { CAREFUL_JWT } from '../app/jwt.guards.js';
import type { Settings } from '../settings.js';
import type { Database } from './database.js';
import { openid, userId } from './users.js';

/** Two tokens of a user: one of the library, one for the guards it is compared with. */
export interface Ticket {
  readonly ours: string;
  readonly peers: string;
  readonly userId: string;
  readonly openid: string;
  /** Both sessions have ended: a guard with revocation must refuse them. */
  readonly isRevoked: boolean;
}

/** A prime, so that the revoked ones are spread over the connections. */
const REVOKED_EVERY = 257;

/** Tickets of `count` users, issued and revoked through the library's services. */
export async function createTickets(
  count: number,
  settings: Settings,
  database: Database,
): Promise<Ticket[]> {
  const context = await createContext(settings);
  const sessions = context.get(SessionsService);
  const jwt = context.get<JwtService>(CAREFUL_JWT);
  const tickets: Ticket[] = [];
  for (let place = 0; place < count; place++) {
    const n = place * Math.floor(settings.users / count);
    const user = { userId: userId(n), openid: openid(n), isRevoked: place % REVOKED_EVERY === 0 };
    const { appid } = settings.app;
    const { token, session } = await sessions.issue({ id: user.userId, appid, sessionEpoch: 0 });
    const jti = randomUUID();
    if (user.isRevoked) {
      await sessions.revoke(session);
      await database.query(
        `INSERT INTO wechat_revoked_session (user_id, id, expires_at)
         VALUES ($1, $2, now() + interval '2 hours')`,
        [user.userId, jti],
      );
    }
    // As in Nest's documentation, with an id to revoke the token by.
    const peers = jwt.sign({ sub: user.userId, username: user.openid, jti });
    tickets.push({ ...user, ours: token, peers });
  }
  await context.close();
  return tickets;
}
