import { describe, expect, it } from '@jest/globals';
import { userInfo } from '../../test/support/user-info.js';
import { assertUserDataKind, isOfKind } from './user-data-kinds.js';
import type { WechatUserDataKinds } from './user-data.types.js';

const watermark = { appid: 'wx1', timestamp: 1 };
const openid = 'o-1';

type Kind = keyof WechatUserDataKinds;

const good: Record<Kind, Record<string, unknown>> = {
  userInfo: userInfo(),
  phoneNumber: { phoneNumber: '13800138000', purePhoneNumber: '13800138000', countryCode: '86' },
  shareInfo: { openGId: 'tGDMKz6TeKqaT-YdQhJ4oZ9Sm_BE' },
  runData: { stepInfoList: [{ timestamp: 1445866601, step: 100 }] },
};
const kinds = Object.keys(good) as Kind[];

const check = (kind: Kind, more: Record<string, unknown> = {}): boolean =>
  isOfKind(kind, { ...good[kind], watermark, ...more }, openid);

describe.each(kinds)('data of the kind %s', (kind) => {
  it('are accepted as WeChat documents them', () => {
    expect(check(kind)).toBe(true);
  });

  it('are refused with an additional field', () => {
    const names = ['x', '__proto__', 'constructor', 'phone_number'];
    for (const name of names) {
      const data = JSON.parse(`{"${name}":"x"}`) as object;
      expect(isOfKind(kind, Object.assign(data, good[kind], { watermark }), openid)).toBe(false);
    }
  });

  it.each(Object.keys(good[kind]))('are refused without %s, or with another type of it', (name) => {
    const { [name]: value, ...others } = good[kind];
    const optional = name === 'language';
    expect(isOfKind(kind, { ...others, watermark }, openid)).toBe(optional);
    const types = [undefined, null, true, {}, [value], typeof value === 'string' ? 86 : '86'];
    for (const other of types) expect(check(kind, { [name]: other })).toBe(false);
  });

  it('are refused as another kind', () => {
    for (const other of kinds) {
      expect(isOfKind(other, { ...good[kind], watermark }, openid)).toBe(other === kind);
    }
  });
});

describe('the fields of user data', () => {
  it.each<[Kind, Record<string, unknown>]>([
    ['userInfo', { openId: openid }],
    ['userInfo', { openId: openid, unionId: 'u-1' }],
    ['userInfo', { is_demote: true }],
    ['userInfo', { gender: 0, nickName: '', avatarUrl: '' }],
    [
      'phoneNumber',
      { countryCode: '852', purePhoneNumber: '51234567', phoneNumber: '85251234567' },
    ],
    [
      'phoneNumber',
      { countryCode: '1', purePhoneNumber: '6505550100', phoneNumber: '+16505550100' },
    ],
    ['runData', { stepInfoList: [] }],
    ['runData', { stepInfoList: [{ timestamp: 1, step: 0 }] }],
  ])('%s %j are accepted', (kind, more) => {
    expect(check(kind, more)).toBe(true);
  });

  it.each<[Kind, Record<string, unknown>]>([
    ['userInfo', { openId: 'o-2' }],
    ['userInfo', { openId: 42 }],
    ['userInfo', { unionId: 42 }],
    ['userInfo', { is_demote: 'true' }],
    ['userInfo', { gender: -1 }],
    ['userInfo', { gender: 0.5 }],
    ['phoneNumber', { phoneNumber: '13912345678' }],
    ['phoneNumber', { purePhoneNumber: '13912345678' }],
    ['phoneNumber', { phoneNumber: '013800138000' }],
    ['phoneNumber', { phoneNumber: '86 13800138000' }],
    ['phoneNumber', { countryCode: 'CN' }],
    ['phoneNumber', { countryCode: '' }],
    ['phoneNumber', { countryCode: '12345' }],
    ['phoneNumber', { phoneNumber: '12', purePhoneNumber: '12' }],
    ['phoneNumber', { phoneNumber: '1380013800x', purePhoneNumber: '1380013800x' }],
    ['phoneNumber', { phoneNumber: '1'.repeat(21), purePhoneNumber: '1'.repeat(21) }],
    ['shareInfo', { openGId: 'ab' }],
    ['shareInfo', { openGId: 'x'.repeat(15) }],
    ['shareInfo', { openGId: 'x'.repeat(129) }],
    ['shareInfo', { openGId: 'tGDMKz6TeKqaT-YdQhJ4oZ9Sm/BE' }],
    ['shareInfo', { openGId: 'tGDMKz6TeKqaT-YdQhJ4oZ9Sm_BE\n' }],
    ['runData', { stepInfoList: [{ timestamp: 1 }] }],
    ['runData', { stepInfoList: [{ timestamp: 1, step: -1 }] }],
    ['runData', { stepInfoList: [{ timestamp: 1, step: 1, x: 1 }] }],
    ['runData', { stepInfoList: [null] }],
    ['runData', { stepInfoList: { 0: { timestamp: 1, step: 1 } } }],
  ])('%s %j are refused', (kind, more) => {
    expect(check(kind, more)).toBe(false);
  });

  it('are not checked for a kind with its own type guard', () => {
    const isAnything = (data: unknown): data is object => typeof data === 'object';
    const isNothing = (data: unknown): data is object => data === undefined;
    expect(isOfKind(isAnything, { watermark }, openid)).toBe(true);
    expect(isOfKind(isNothing, { watermark }, openid)).toBe(false);
  });
});

describe('assertUserDataKind', () => {
  it.each([...kinds, (data: unknown): data is object => typeof data === 'object'])(
    'accepts %s',
    (kind) => {
      expect(() => {
        assertUserDataKind(kind);
      }).not.toThrow();
    },
  );

  it.each(['', 'phone', 'toString', undefined, {}])('refuses %j as a TypeError', (kind) => {
    expect(() => {
      assertUserDataKind(kind);
    }).toThrow(
      new TypeError(
        'The kind of user data must be one of userInfo, phoneNumber, shareInfo, runData, or a function that checks.',
      ),
    );
  });
});
