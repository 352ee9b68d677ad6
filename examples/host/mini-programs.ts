/** The mini program for everybody. */
export const SHOP = 'wx00000000000000a1';

/** The mini program for those who work here. */
export const STAFF = 'wx00000000000000b2';
