import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isUuid, uuidOf } from './is-uuid.js';

const uuid = '0b5e5c0e-7a5d-4c1b-9f0e-2d3c4b5a6978';

describe('isUuid', () => {
  it('accepts the UUIDs of randomUUID and Postgres', () => {
    for (let i = 0; i < 100; i++) expect(isUuid(randomUUID())).toBe(true);
    expect(isUuid('00000000-0000-0000-0000-000000000000')).toBe(true);
  });

  it.each([
    ['capitals', uuid.toUpperCase()],
    ['no hyphens', uuid.replaceAll('-', '')],
    ['braces', `{${uuid}}`],
    ['a digit more in front', `0${uuid}`],
    ['a digit more at the end', `${uuid}0`],
    ['a digit less', uuid.slice(1)],
    ['a letter that is no digit', uuid.replace('b', 'g')],
    ['a space', ` ${uuid}`],
    ['a line more', `${uuid}\n`],
    ['a line before', `x\n${uuid}`],
    ['a list of one', [uuid]],
    ['an object that reads as one', { toString: () => uuid }],
    ['nothing', ''],
    ['null', null],
    ['undefined', undefined],
    ['a number', 0],
  ])('refuses %s', (_, value) => {
    expect(isUuid(value)).toBe(false);
  });
});

describe('uuidOf', () => {
  it('accepts a UUID in upper or lower case', () => {
    expect(uuidOf(uuid.toUpperCase(), 'id')).toBe(uuid);
    expect(uuidOf(uuid, 'id')).toBe(uuid);
  });

  it.each([['x'], [''], [undefined], [null], [[uuid]], [new String(uuid)], [`${uuid}\n`]])(
    'refuses %p with a TypeError that does not contain the value',
    (value) => {
      expect(() => uuidOf(value, 'userId')).toThrow(new TypeError('userId must be a UUID.'));
    },
  );
});
