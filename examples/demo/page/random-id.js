/* global crypto */

/** `crypto.randomUUID` needs a secure page, but the demo can be opened at any address. */
export const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
