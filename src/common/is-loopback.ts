/** @param hostname - of a `URL`, which has an IPv6 address in brackets. */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
