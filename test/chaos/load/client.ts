import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoginResult } from '../../../src/index.js';
import type { AppProcess } from '../apps/app-process.js';
import { askAbout } from './ask.js';
import { KnownUser, type KnownSession } from './ledger.js';
import type { Records, Target } from './load.js';

/** The time after which a user without a response tries again. */
const IMPATIENCE_MS = 1000;

/** A phone that logs in, uses the app and logs out, on any instance. */
export class Client {
  private user: KnownUser;

  constructor(
    private readonly target: Target,
    private readonly records: Records,
  ) {
    this.user = this.newUser();
  }

  /** Does one operation. */
  async act(): Promise<void> {
    const [live, ended] = [this.user.newest('live'), this.user.newest('ended')];
    const roll = Math.random();
    if (live === undefined || roll < 0.15) await this.logInImpatiently();
    else if (roll < 0.25) await this.startAnew();
    else if (roll < 0.35) await this.logIn(live);
    else if (roll < 0.6) await this.ask(live);
    else if (roll < 0.75 && ended !== undefined) await this.ask(ended);
    else if (roll < 0.95) await this.logOut(live);
    else await this.logOutEverywhere(live);
  }

  private newUser(): KnownUser {
    const user = new KnownUser(`o-${randomUUID()}`);
    this.records.ledger.users.push(user);
    return user;
  }

  private startAnew(): Promise<void> {
    this.user = this.newUser();
    return this.logIn();
  }

  /** A second login starts if the first is slow or fails; its key is the newer one. */
  private async logInImpatiently(): Promise<void> {
    const first = this.logIn();
    await Promise.race([first, sleep(IMPATIENCE_MS)]);
    if (!this.user.hasNewestKey) await this.logIn();
    await first;
  }

  private async logIn(replaced?: KnownSession): Promise<void> {
    const { user } = this;
    const { ledger, requests } = this.records;
    const idBefore = user.id;
    const code = this.target.wechat.issueCode({ openid: user.openid });
    user.codes.push(code);
    if (replaced !== undefined) ledger.ending([replaced]);
    const answer = await requests.send(this.app, 'POST', '/wechat/login', {
      token: replaced?.token,
      body: { code },
    });
    if (answer?.status !== 200) return;
    if (replaced !== undefined) ledger.ended([replaced]);
    const { token, userId, isNewUser } = answer.body as unknown as LoginResult;
    ledger.loggedIn(user, code, token);
    user.id ??= userId;
    if (user.id !== userId || (idBefore !== undefined && isNewUser)) {
      ledger.lose(user, 'a user is another one than before');
    }
  }

  private ask(session: KnownSession): Promise<boolean> {
    return askAbout(session, this.app, this.records, Math.random() < 0.3 ? '/me' : undefined);
  }

  private logOut(session: KnownSession): Promise<void> {
    return this.end('/wechat/session', session, [session]);
  }

  private logOutEverywhere(session: KnownSession): Promise<void> {
    return this.end('/wechat/sessions', session, this.user.sessions);
  }

  private async end(path: string, session: KnownSession, ends: KnownSession[]): Promise<void> {
    const { ledger, requests } = this.records;
    const { token, expected } = session;
    ledger.ending(ends);
    const answer = await requests.send(this.app, 'DELETE', path, { token });
    if (answer?.status === 204) ledger.ended(ends);
    if (answer?.status === 401) ledger.seenRefused(session, expected, answer.body?.errorCode);
  }

  private get app(): AppProcess {
    return this.target.fleet.any();
  }
}
