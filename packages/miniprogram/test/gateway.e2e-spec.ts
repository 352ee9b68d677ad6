import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { platforms } from '../../../test/support/platforms.js';
import { answering, startGateway, type Gateway } from './support/gateway.js';
import { keepsStatus } from './support/hosts.js';
import { startStage, type Phone, type Stage } from './support/stage.js';

describe.each(platforms)('behind a gateway, with an app on $name', (platform) => {
  let stage: Stage;
  let gateway: Gateway;
  let phone: Phone;

  beforeAll(async () => {
    stage = await startStage(platform, { prepare: keepsStatus.prepare });
    gateway = await startGateway(stage.url);
  });
  afterAll(async () => {
    await gateway.close();
    await stage.close();
  });

  beforeEach(async () => {
    phone = stage.phone({ ...keepsStatus.client, baseUrl: gateway.url });
    await phone.session.request({ url: '/orders' });
    phone.wx.forgetAll();
    stage.calls.names.length = 0;
  });
  afterEach(() => {
    gateway.answers.length = 0;
  });

  const latestToken = async (): Promise<string> => phone.session.getToken();

  describe('that drops the headers of errors, whose body is foreign', () => {
    it('logs in again after a 401, and replays a GET', async () => {
      await stage.end(await latestToken());
      const { statusCode } = await phone.session.request({ url: '/orders' });
      expect([statusCode, phone.wx.logins]).toEqual([200, 1]);
      expect(phone.wx.paths).toEqual(['GET /orders', 'GET /orders']);

      // It has helped, so the client logs in again after the next 401.
      await stage.end(await latestToken());
      await phone.session.request({ url: '/orders' });
      expect(phone.wx.logins).toBe(2);
    });

    it('logs in again after a 401, and does not replay a POST', async () => {
      await stage.end(await latestToken());
      const post = { url: '/orders', method: 'POST' } as const;
      expect((await phone.session.request(post)).statusCode).toBe(401);
      expect([phone.wx.logins, phone.wx.paths]).toEqual([1, ['POST /orders']]);
      expect((await phone.session.request(post)).statusCode).toBe(200);
    });

    it('replays a POST after such a 401 if its caller allows it', async () => {
      await stage.end(await latestToken());
      const post = { url: '/orders', method: 'POST', replay: true } as const;
      expect((await phone.session.request(post)).statusCode).toBe(200);
      expect(phone.wx.logins).toBe(1);
    });

    it('logs in once for all requests to a route that always responds with 401', async () => {
      for (let times = 0; times < 3; times++) {
        const { statusCode, data } = await phone.session.request({ url: '/forbidden' });
        expect([statusCode, data]).toEqual([401, expect.objectContaining({ code: 401 })]);
      }
      expect(phone.wx.logins).toBe(1);
      expect(stage.calls.names).toEqual(Array(4).fill('forbidden'));
    });

    it('logs in once for many requests at once', async () => {
      await stage.end(await latestToken());
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => phone.session.request({ url: '/orders' })),
      );
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200));
      expect(phone.wx.logins).toBe(1);
    });

    it('logs out if the session has already ended', async () => {
      await stage.end(await latestToken());
      await phone.session.logout();
      expect(phone.session.session).toBeUndefined();
    });
  });

  describe('that responds to the login route itself', () => {
    it.each([
      ['429', 429, '1'],
      ['503', 503, '1'],
      ['503 with a date', 503, 'date'],
    ])('waits for the Retry-After of a %s, then logs in', async (_, status, retryAfter) => {
      const date = new Date(Date.now() + 2000).toUTCString();
      gateway.answers.push(
        answering(status, { 'Retry-After': retryAfter === 'date' ? date : retryAfter }),
      );
      const start = Date.now();
      await phone.session.login();
      expect(Date.now() - start).toBeGreaterThan(900);
      expect(phone.wx.logins).toBe(2);
    });

    it.each([429, 503])('rejects if a %i asks for a longer wait than allowed', async (status) => {
      gateway.answers.push(answering(status, { 'Retry-After': '60' }));
      await expect(phone.session.login()).rejects.toMatchObject({
        errorCode: 'WX_ANSWER_UNEXPECTED',
        action: 'retry',
        statusCode: status,
        retryAfter: 60,
      });
      expect(phone.wx.logins).toBe(1);
    });

    it.each([
      [404, 'config'],
      [200, 'config'],
      [500, 'retry'],
    ])('rejects a page with status %i as unexpected', async (status, action) => {
      gateway.answers.push(answering(status), answering(status));
      await expect(phone.session.login()).rejects.toMatchObject({
        errorCode: 'WX_ANSWER_UNEXPECTED',
        action,
        statusCode: status,
      });
    });

    it('does not treat a page as a logout', async () => {
      gateway.answers.push(answering(200));
      await expect(phone.session.logout()).rejects.toMatchObject({
        errorCode: 'WX_ANSWER_UNEXPECTED',
      });
    });
  });

  it.each([429, 503])('returns a %i for a request of the page to its caller', async (status) => {
    gateway.answers.push(answering(status, { 'Retry-After': '1' }, 'wait'));
    const answer = await phone.session.request({ url: '/orders' });
    expect([answer.statusCode, answer.data]).toEqual([status, 'wait']);
    expect(phone.wx.paths).toHaveLength(1);
  });
});
