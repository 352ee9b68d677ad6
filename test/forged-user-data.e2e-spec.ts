import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, HttpCode, Module, Post, UseGuards } from '@nestjs/common';
import {
  UserDataService,
  UsersService,
  WxSessionGuard,
  WxUserData,
  type WechatPhoneNumber,
  type WechatRunData,
  type WechatShareInfo,
  type WechatUserInfo,
  type WechatWatermark,
} from '../src/index.js';
import { WechatSandbox, type SandboxUserData } from '../src/testing/index.js';
import { APPID, SECRET, startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { plaintextOf, withFirstBlock } from './support/forge-user-data.js';
import { call, logIn, type Answer } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { userInfo } from './support/user-info.js';

interface Group {
  opengid: string;
  watermark: WechatWatermark;
}

const isGroup = (data: unknown): data is Group =>
  Object.keys(data as Group).join() === 'opengid,watermark' &&
  typeof (data as Group).opengid === 'string';

@Controller('data')
@UseGuards(WxSessionGuard)
class DataController {
  @Post('userInfo')
  @HttpCode(200)
  userInfo(@WxUserData('userInfo') data: WechatUserInfo): object {
    return data;
  }

  @Post('phoneNumber')
  @HttpCode(200)
  phoneNumber(@WxUserData('phoneNumber') data: WechatPhoneNumber): object {
    return data;
  }

  @Post('shareInfo')
  @HttpCode(200)
  shareInfo(@WxUserData('shareInfo') data: WechatShareInfo): object {
    return data;
  }

  @Post('runData')
  @HttpCode(200)
  runData(@WxUserData('runData') data: WechatRunData): object {
    return data;
  }

  @Post('group')
  @HttpCode(200)
  group(@WxUserData(isGroup) data: Group): object {
    return data;
  }
}

@Module({ controllers: [DataController] })
class DataModule {}

describe.each(platforms)('forged user data over $name', (platform) => {
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let token: string;
  const openid = 'o-forger';

  beforeAll(async () => {
    database = await createTestDatabase();
    wechat = await WechatSandbox.start({ apps: [{ appid: APPID, secret: SECRET }] });
    server = await startApp({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      metadata: { imports: [DataModule] },
    });
    token = await logIn(server.url, wechat.issueCode({ openid }));
  });
  afterAll(async () => {
    await server.app.close();
    await wechat.close();
    await database.drop();
  });

  const send = (
    kind: string,
    { encryptedData, iv }: Pick<SandboxUserData, 'encryptedData' | 'iv'>,
  ): Promise<Answer> =>
    call('POST', `${server.url}/data/${kind}`, { token, body: { encryptedData, iv } });
  const encrypt = (data: object): SandboxUserData => wechat.encryptUserData(openid, data);
  const watermark = { appid: APPID, timestamp: expect.any(Number) };

  /**
   * The user's own data, with as many letters in one field as needed to put `text` at the
   * start of a block; and the number of blocks before the last one in front of it.
   */
  const aligned = (field: string, text: string): [data: SandboxUserData, dropped: number] => {
    for (let letters = 0; letters < 16; letters++) {
      const data = userInfo({ openId: openid, [field]: 'x'.repeat(letters) + text });
      const offset = plaintextOf(JSON.stringify(data)).indexOf(text || '"watermark"');
      if (offset % 16 === 0) return [encrypt(data), offset / 16 - 1];
    }
    throw new Error('A block has 16 bytes.');
  };
  const refused = {
    status: 400,
    body: expect.objectContaining({ errorCode: 'WX_DATA_UNDECRYPTABLE' }),
  };

  it.each([
    ['userInfo', userInfo({ openId: openid, unionId: 'u-1', is_demote: true })],
    [
      'phoneNumber',
      { phoneNumber: '13800138000', purePhoneNumber: '13800138000', countryCode: '86' },
    ],
    ['shareInfo', { openGId: 'tGDMKz6TeKqaT-YdQhJ4oZ9Sm_BE' }],
    ['runData', { stepInfoList: [{ timestamp: 1445866601, step: 100 }] }],
    ['group', { opengid: 'a group' }],
  ])('the %s that WeChat encrypted is read', async (kind, data) => {
    const answer = await send(kind, encrypt(data));
    expect(answer.body).toEqual({ ...data, watermark });
    expect(answer.status).toBe(200);
  });

  it('[M-22] the end of a nickname does not become a phone number', async () => {
    const [data, dropped] = aligned('nickName', '13912345678');
    expect(dropped).toBeGreaterThan(0);
    const forged = withFirstBlock(data, '{"phoneNumber":"', dropped);
    expect(await send('phoneNumber', forged)).toMatchObject(refused);
    expect(await send('userInfo', data)).toMatchObject({ status: 200 });
  });

  it('the forgery works: a check of only one field accepts it', async () => {
    const [data, dropped] = aligned('nickName', '13912345678');
    const forged = withFirstBlock(data, '{"phoneNumber":"', dropped);
    const hasNumber = (value: unknown): value is WechatPhoneNumber =>
      typeof (value as WechatPhoneNumber).phoneNumber === 'string';
    const { id } = (await server.app.get(UsersService).findByOpenid(openid))!;
    const read = await server.app.get(UserDataService).decrypt(id, forged, hasNumber);
    expect(read).toMatchObject({ phoneNumber: '13912345678', watermark });
  });

  it('[M-22] the end of user information does not become the id of a group', async () => {
    const [data, dropped] = aligned('avatarUrl', '');
    const forged = withFirstBlock(data, '{"openGId":"ab",', dropped);
    expect(await send('shareInfo', forged)).toMatchObject(refused);
  });

  it('[M-22] data of one kind are not read as another', async () => {
    const phone = encrypt({ phoneNumber: '1', purePhoneNumber: '1', countryCode: '86' });
    for (const kind of ['userInfo', 'shareInfo', 'runData', 'group']) {
      expect(await send(kind, phone)).toMatchObject(refused);
    }
  });

  it('the same data can be sent again, so they never prove an identity', async () => {
    const data = encrypt(userInfo());
    expect(await send('userInfo', data)).toMatchObject({ status: 200 });
    expect(await send('userInfo', data)).toMatchObject({ status: 200 });
  });
});

describe('a kind of user data that does not exist', () => {
  it.each([undefined, null, '', 'phone', 'constructor', {}])('is refused at once: %j', (kind) => {
    expect(() => WxUserData(kind as never)).toThrow(
      new TypeError(
        'The kind of user data must be one of userInfo, phoneNumber, shareInfo, runData, or a function that checks.',
      ),
    );
  });
});
