import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Secret } from './secret.js';

describe('Secret', () => {
  const secret = new Secret('CANARY-of-the-configuration');

  it('is returned by reveal', () => {
    expect(secret.reveal()).toBe('CANARY-of-the-configuration');
  });

  it('does not appear in inspect, JSON, copies or strings', () => {
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
