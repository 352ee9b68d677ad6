import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { PostgresError } from './postgres-error.js';

/** What `pg` throws. */
const databaseError = (fields: object): Error => Object.assign(new Error('a message'), fields);

const fieldsOf = (error: object): object => Object.fromEntries(Object.entries(error));

describe('PostgresError', () => {
  it('keeps the fields that contain no value', () => {
    const fields = {
      code: '23505',
      severity: 'ERROR',
      schema: 'public',
      table: 'wechat_user',
      column: 'openid',
      constraint: 'wechat_user_appid_openid_key',
      syscall: 'connect',
    };
    const error = new PostgresError(databaseError(fields));
    expect(fieldsOf(error)).toEqual({ name: 'PostgresError', ...fields });
    expect(error.message).toBe('a message');
  });

  it('keeps no other field, and none that is not a string', () => {
    const error = new PostgresError(
      databaseError({ code: 42, detail: 'Key (openid)=(o-1)', where: 'o-1', hint: 'o-1' }),
    );
    expect(fieldsOf(error)).toEqual({ name: 'PostgresError' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('o-1');
  });

  it('reads the driver error of TypeORM, without the statement and its values', () => {
    const inner = databaseError({ code: '23502' });
    const error = new PostgresError(new QueryFailedError('SELECT $1', ['o-1'], inner));
    expect(error).toMatchObject({ code: '23502', message: 'a message' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/o-1|SELECT/);
  });

  it('quotes no message about a value: class 22 of Postgres', () => {
    const message = 'invalid input syntax for type uuid: "o-1"';
    expect(
      new PostgresError(databaseError({ severity: 'ERROR', code: '22P02', message })).message,
    ).toBe('Postgres refused a value');
    // Not from Postgres, or not of that class.
    for (const fields of [
      { code: '22P02' },
      { severity: 'ERROR', code: '42622' },
      { severity: 'ERROR' },
    ]) {
      expect(new PostgresError(databaseError(fields)).message).toBe('a message');
    }
  });

  it.each([
    ['57P01', true],
    ['57P03', true],
    ['08006', true],
    ['08P01', true],
    ['57014', false],
    ['23505', false],
    ['10800', false],
    ['157P0', false],
    [undefined, false],
  ])('with the code %s is the end of a connection: %p', (code, isEnd) => {
    expect(new PostgresError(databaseError({ code })).isEndOfConnection).toBe(isEnd);
  });

  it.each<[object, string]>([
    [{ code: '23505' }, 'a message 23505'],
    [{}, 'a message'],
    [{ code: '42P01' }, 'a message 42P01: run wechatAuthMigrations'],
    [{ code: 'ECONNREFUSED', message: '' }, 'ECONNREFUSED'],
    [{ code: 'ECONNREFUSED', message: undefined }, 'ECONNREFUSED'],
  ])('of %j is the line %j in the log', (fields, line) => {
    expect(new PostgresError(databaseError(fields)).line).toBe(line);
  });
});
