/* global crypto */

/** `crypto.randomUUID` is for secure pages alone, and a demo is opened at any address. */
export const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
