import { describe, expect, it } from '@jest/globals';
import { errorCodeOf, remedyOf } from './errcodes.js';

describe('an errcode of WeChat', () => {
  it.each<[number, string]>([
    [-1, 'WX_UPSTREAM_BUSY'],
    [40029, 'WX_CODE_INVALID'],
    [40163, 'WX_CODE_USED'],
    [40226, 'WX_USER_BLOCKED'],
    [45011, 'WX_RATE_LIMITED'],
    [45009, 'WX_QUOTA_EXCEEDED'],
    [40013, 'WX_APP_MISCONFIGURED'],
    [40125, 'WX_APP_MISCONFIGURED'],
    [41002, 'WX_APP_MISCONFIGURED'],
    [41004, 'WX_APP_MISCONFIGURED'],
    [40164, 'WX_APP_MISCONFIGURED'],
    [40243, 'WX_APP_MISCONFIGURED'],
    [0, 'WX_UPSTREAM_ERROR'],
    [99999, 'WX_UPSTREAM_ERROR'],
  ])('%i is %s', (errcode, errorCode) => {
    expect(errorCodeOf(errcode)).toBe(errorCode);
  });

  it.each<[number, RegExp]>([
    [40013, /appid is wrong/],
    [40125, /AppSecret is wrong or was reset/],
    [41002, /no appid.*wechat\.baseUrl/],
    [41004, /no AppSecret.*wechat\.baseUrl/],
    [40164, /IP is not on the allow list/],
    [40243, /AppSecret is frozen/],
    [45009, /daily quota is used up/],
  ])('%i has a remedy for the operator', (errcode, remedy) => {
    expect(remedyOf(errcode)).toMatch(remedy);
  });

  it.each([[undefined], [0], [40029], [99999]])('%p asks the operator for nothing', (errcode) => {
    expect(remedyOf(errcode)).toBe('');
  });
});
