import { WxSessionError } from './wx-session.error.js';

/** Mini programs have no `URL`. Anything but an origin and a path is refused. */
const BASE_URL = /^(https?:\/\/[^/?#\\@\s]+)(\/[^?#\\\s]*)?$/i;

/**
 * Makes the URL of a request absolute.
 * @throws `TypeError` if `baseUrl` is not a URL
 */
export function serverUrls(baseUrl: string): (url: string) => string {
  const [, origin = '', prefix = ''] = BASE_URL.exec(baseUrl) ?? [];
  if (!origin) {
    throw new TypeError('createWxSession needs a baseUrl such as "https://api.example.com".');
  }
  const base = origin + prefix.replace(/\/+$/, '');

  return (url) => {
    if (!/^([a-z][a-z\d+.-]*:)?\/\//i.test(url)) return `${base}/${url.replace(/^\//, '')}`;
    const start = url.slice(0, origin.length);
    const rest = url.slice(origin.length);
    if (start.toLowerCase() === origin.toLowerCase() && /^([/?#]|$)/.test(rest)) return url;
    throw new WxSessionError(
      'WX_OTHER_ORIGIN',
      'fix-request',
      `The session is only for ${origin}: call wx.request for other servers.`,
    );
  };
}
