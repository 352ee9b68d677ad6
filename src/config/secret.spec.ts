import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Secret } from './secret.js';

describe('Secret', () => {
  const secret = new Secret('CANARY-of-the-configuration');

  it('is told to those who ask for it', () => {
    expect(secret.reveal()).toBe('CANARY-of-the-configuration');
  });

  it('shows in no print, dump, copy or serialisation', () => {
    const prints = [
      Object.prototype.toString.call(secret),
      JSON.stringify({ secret }),
      JSON.stringify(Object.assign({}, secret)),
      inspect(secret, { depth: null, showHidden: true, getters: true }),
      inspect(structuredClone({ secret }), { depth: null, showHidden: true }),
      Object.values(secret).join(),
    ];
    expect(prints.join('\n')).not.toContain('CANARY');
  });
});
