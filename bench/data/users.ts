import { createHash, randomInt, randomUUID } from 'node:crypto';

/** The id of the n-th user; `addUsers` computes the same one. */
export function userId(n: number): string {
  const hex = createHash('md5')
    .update(`user ${String(n)}`)
    .digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** As long as a real one: 28 characters. */
export const openid = (n: number): string => `o-user-${String(n).padStart(21, '0')}`;

const NEW_USER = 'o-new-';
const NEW_SHARE = 0.2;
let count = 0;

/** The number of users that this process has created. */
export const newUsers = (): number => count;

/** A user who logs in; a fifth of them for the first time, without `n`. */
export function randomUser(users: number): { readonly openid: string; readonly n?: number } {
  if (Math.random() < NEW_SHARE) {
    return { openid: `${NEW_USER}${process.pid}-${count++}`.padEnd(28, '-') };
  }
  const n = randomInt(users);
  return { openid: openid(n), n };
}

/** A code of `wx.login`: the user, and a unique part. */
export const codeOf = (openid: string): string => `${openid}.${randomUUID()}`;
export const openidOf = (code: string): string => code.slice(0, 28);

/** SQL: the number of users who have logged in for the first time. */
export const countNewUsers = `
  SELECT count(*)::float8 AS count FROM wechat_user
  WHERE openid >= '${NEW_USER}' AND openid < '${NEW_USER}~'`;
