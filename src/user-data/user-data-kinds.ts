import { isRecord } from '../common/is-record.js';
import type { WechatUserDataKinds } from './user-data.types.js';

/**
 * A kind of data that WeChat documents, or a type guard of your own for another kind.
 * @publicApi
 */
export type UserDataKind<T = unknown> = keyof WechatUserDataKinds | ((data: unknown) => data is T);

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

/** Whether `value` has all of `required`, any of `optional`, and nothing else. */
function hasExactly(value: unknown, required: Fields, optional: Fields = {}): boolean {
  if (!isRecord(value)) return false;
  const checks = new Map(Object.entries({ ...required, ...optional }));
  return (
    Object.keys(required).every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, field]) => checks.get(name)?.(field) === true)
  );
}

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

/** Its app and age are checked elsewhere. */
const watermark = isRecord;

/** WeChat puts the country code before a foreign number. */
function isOneNumber(data: object): boolean {
  const { phoneNumber, purePhoneNumber, countryCode } = data as Record<string, string>;
  const international = `${String(countryCode)}${String(purePhoneNumber)}`;
  return [purePhoneNumber, international, `+${international}`].includes(phoneNumber);
}

const KINDS: Record<keyof WechatUserDataKinds, (data: object, openid: string) => boolean> = {
  userInfo: (data, openid) => {
    const openId: Check = (value) => value === openid;
    const place = { city: isText, province: isText, country: isText };
    const required = { nickName: isText, gender: isCount, avatarUrl: isText, ...place, watermark };
    const optional = { openId, unionId: isText, language: isText, is_demote: isFlag };
    return hasExactly(data, required, optional);
  },
  phoneNumber: (data) => {
    const [purePhoneNumber, countryCode] = [matches(/^\d{3,20}$/), matches(/^\d{1,4}$/)];
    const fields = { phoneNumber: isText, purePhoneNumber, countryCode, watermark };
    return hasExactly(data, fields) && isOneNumber(data);
  },
  // An attacker can choose the first characters of the id, so a short one is refused.
  shareInfo: (data) => hasExactly(data, { openGId: matches(/^[\w-]{16,128}$/), watermark }),
  runData: (data) => {
    const isDay: Check = (day) => hasExactly(day, { timestamp: isCount, step: isCount });
    const stepInfoList: Check = (days) => Array.isArray(days) && days.every(isDay);
    return hasExactly(data, { stepInfoList, watermark });
  },
};

/** @throws `TypeError` for an unknown kind, for callers without types */
export function assertUserDataKind(kind: unknown): asserts kind is UserDataKind {
  const isKnown = typeof kind === 'string' && Object.hasOwn(KINDS, kind);
  if (!isKnown && typeof kind !== 'function') {
    const names = Object.keys(KINDS).join(', ');
    throw new TypeError(
      `The kind of user data must be one of ${names}, or a function that checks.`,
    );
  }
}

/** Whether `data` of the user `openid` have exactly the fields of their kind. */
export const isOfKind = (kind: UserDataKind, data: object, openid: string): boolean =>
  typeof kind === 'function' ? kind(data) : KINDS[kind](data, openid);
