import ms, { type StringValue } from 'ms';
import { isLoopback } from '../common/is-loopback.js';
import type { Option } from './option.js';
import { Secret } from './secret.js';

const WEEK = 7 * 86_400;

type Reader<T> = Pick<Option<T>, 'must' | 'read'>;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Seconds, or a time span with its unit; from one second to seven days. */
export const timeSpan: Reader<number> = {
  must: "whole seconds (7200) or a time span with its unit ('2h'), from 1 second to 7 days",
  read: (value) => {
    const seconds =
      // ms() reads a string without a unit as milliseconds, but '7200' is meant as seconds.
      typeof value === 'string' && /[a-z]$/i.test(value)
        ? ((ms(value as StringValue) as number | undefined) ?? NaN) / 1000
        : value;
    return isWhole(seconds, WEEK) ? seconds : undefined;
  },
};

/** Whole milliseconds, from 1 to `max`. */
export const milliseconds = (max: number): Reader<number> => ({
  must: `whole milliseconds, from 1 to ${String(max)}`,
  read: (value) => (isWhole(value, max) ? value : undefined),
});

export const text: Reader<string> = {
  must: 'a string of 1 to 256 characters',
  read: (value) => (isText(value) && value.length <= 256 ? value : undefined),
};

export const flag: Reader<boolean> = {
  must: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

/** Secrets for keys: the first one signs or encrypts, all of them verify or decrypt. */
export const secrets: Reader<readonly Secret[]> = {
  must: 'a string of at least 32 bytes, or a list of such strings; "openssl rand -base64 32" makes one',
  read: (value) => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const isLong = list.every((each) => isText(each) && Buffer.byteLength(each, 'utf8') >= 32);
    return list.length > 0 && isLong ? list.map((each) => new Secret(each as string)) : undefined;
  },
};

/** Base URLs of WeChat's API, in the order in which they are tried. */
export const baseUrls: Reader<readonly string[]> = {
  must: 'an https: URL without credentials, query or fragment, or a list of such URLs; http: only for a loopback address, as the AppSecret travels in the URL',
  read: (value) => {
    const urls = (Array.isArray(value) ? value : [value]).map(readBaseUrl);
    const valid = urls.filter((url) => url !== undefined);
    return valid.length > 0 && valid.length === urls.length ? valid : undefined;
  },
};

function readBaseUrl(value: unknown): string | undefined {
  const url = isText(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) return undefined;
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  const isBare = [url.username, url.password, url.search, url.hash].every((part) => part === '');
  return isSafe && isBare ? url.href.replace(/\/+$/, '') : undefined;
}

const isWhole = (value: unknown, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
