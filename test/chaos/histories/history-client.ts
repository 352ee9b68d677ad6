import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../support/http.js';
import type { Target } from '../load/load.js';
import type { Requests } from '../load/requests.js';
import type { HistorySession, SessionHistory, Span } from './session-history.js';

/** The wait after a missing response. */
const PAUSE_MS = 300;

/** One of several clients of the same user, which share their sessions. */
export class HistoryClient {
  constructor(
    private readonly target: Target,
    private readonly requests: Requests,
    private readonly openid: string,
    private readonly history: SessionHistory,
  ) {}

  /** Does one operation. */
  async act(): Promise<void> {
    // One of the last sessions, which other clients are often ending.
    const session = pick(this.history.sessions.slice(-2));
    const roll = Math.random();
    if (session === undefined || roll < 0.12) await this.logIn();
    else if (roll < 0.17) await this.logIn(session);
    else if (roll < 0.8) await this.ask(session);
    else await this.end(session, roll < 0.95 ? '/wechat/session' : '/wechat/sessions');
  }

  private async logIn(replaced?: HistorySession): Promise<void> {
    const code = this.target.wechat.issueCode({ openid: this.openid });
    const { span, answer } = await this.send('POST', '/wechat/login', replaced, { code });
    if (answer?.status === 200) {
      this.history.loggedIn(String(answer.body?.token), span, replaced);
    } else if (replaced !== undefined) {
      this.history.loggedOut(replaced, forever(span));
    }
  }

  private async ask(session: HistorySession): Promise<void> {
    const { span, answer } = await this.send('GET', '/wechat/session', session);
    if (answer?.status === 200) this.history.saw(session, true, span);
    if (answer?.status === 401) this.history.saw(session, false, span);
  }

  private async end(session: HistorySession, path: string): Promise<void> {
    const { span, answer } = await this.send('DELETE', path, session);
    if (this.sawGuard(session, answer, span)) return;
    const known = answer?.status === 204 ? span : forever(span);
    if (path === '/wechat/session') this.history.loggedOut(session, known);
    else this.history.loggedOutEverywhere(session, known, span.end);
    // A check right after the logout.
    await this.ask(session);
  }

  /** The guard comes first. @returns whether it has refused the session. */
  private sawGuard(session: HistorySession, answer: Answer | undefined, span: Span): boolean {
    if (answer?.status === 204) this.history.saw(session, true, span);
    if (answer?.status !== 401) return false;
    this.history.saw(session, false, span);
    return true;
  }

  private async send(
    method: string,
    path: string,
    session: HistorySession | undefined,
    body?: object,
  ): Promise<{ span: Span; answer: Answer | undefined }> {
    const app = this.target.fleet.any();
    const start = performance.now();
    const answer = await this.requests.send(app, method, path, { token: session?.token, body });
    const span = { start, end: performance.now() };
    if ((answer?.status ?? 503) === 503) await sleep(PAUSE_MS);
    return { span, answer };
  }
}

const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(Math.random() * all.length)];

/** It may still take effect. */
const forever = ({ start }: Span): Span => ({ start, end: Infinity });
