import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { platforms } from '../../../test/support/platforms.js';
import { startStage, type Phone, type Stage } from './support/stage.js';
import { userInfo } from '../../../test/support/user-info.js';

describe.each(platforms)('replays, with an app on $name', (platform) => {
  let stage: Stage;
  let phone: Phone;

  beforeAll(async () => {
    stage = await startStage(platform);
  });
  afterAll(() => stage.close());

  beforeEach(async () => {
    phone = stage.phone();
    await phone.session.login();
    stage.calls.names.length = 0;
  });
  afterEach(() => {
    stage.wechat.recover();
    stage.calls.failing = 0;
  });

  it.each([
    ['GET', 'list'],
    ['PUT', 'replace'],
    ['DELETE', 'remove'],
  ] as const)('sends a %s again after a wait', async (method, name) => {
    stage.calls.failing = 1;
    const { statusCode } = await phone.session.request({ url: '/orders', method });
    expect([statusCode, stage.calls.names]).toEqual([200, [name, name]]);
  });

  it('sends a POST again only if its caller allows it', async () => {
    const post = { url: '/orders', method: 'POST' } as const;
    stage.calls.failing = 1;
    await expect(phone.session.request(post)).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
      action: 'retry',
      retryAfter: 1,
    });
    expect(stage.calls.names).toEqual(['create']);

    stage.calls.failing = 1;
    const { statusCode } = await phone.session.request({ ...post, replay: true });
    expect([statusCode, stage.calls.names.length]).toEqual([200, 3]);
  });

  it('does not send a GET again if its caller forbids it', async () => {
    stage.calls.failing = 1;
    const get = phone.session.request({ url: '/orders', replay: false });
    await expect(get).rejects.toMatchObject({ errorCode: 'WX_STORE_UNAVAILABLE' });
    expect(stage.calls.names).toEqual(['list']);
  });

  it('sends nothing again if the server asks for a longer wait than allowed', async () => {
    const hasty = stage.phone({ maxRetryAfter: 0.5 });
    await hasty.session.login();
    stage.calls.failing = 1;
    await expect(hasty.session.request({ url: '/orders' })).rejects.toMatchObject({
      errorCode: 'WX_STORE_UNAVAILABLE',
      retryAfter: 1,
    });
    expect(stage.calls.names).toEqual(['list']);
  });

  it('ends with the error of the first try if that has used a phone code', async () => {
    const code = stage.wechat.issuePhoneCode({ openid: 'o-phone' });
    // WeChat accepts the code, but its response is lost.
    await phone.session
      .request({ url: '/phone', method: 'POST', data: { code: 'none' } })
      .catch(() => 0);
    stage.calls.names.length = 0;
    stage.wechat.fail('reset');
    const bound = phone.session.request({ url: '/phone', method: 'POST', data: { code } });
    await expect(bound).rejects.toMatchObject({ errorCode: 'WX_UPSTREAM_UNAVAILABLE' });
    expect(stage.calls.names).toEqual(['phone']);

    // The error of a second try would hide what happened.
    const again = phone.session.request({ url: '/phone', method: 'POST', data: { code } });
    await expect(again).rejects.toMatchObject({ errorCode: 'WX_PHONE_CODE_INVALID' });
  });

  it('sends encrypted data that can be decrypted even after another login', async () => {
    const code = await phone.session.freshCode();
    const { encryptedData, iv } = stage.wechat.encryptUserData('o-phone', userInfo());
    const data = { code, encryptedData, iv };
    await phone.session.login();
    await stage.end(phone.wx.token);
    const { data: read } = await phone.session.request({ url: '/info', method: 'POST', data });
    expect(read).toEqual({ nickName: 'Band' });
  });
});
