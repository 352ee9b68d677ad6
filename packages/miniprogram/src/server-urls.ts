import { WxSessionError } from './wx-session.error.js';

/** Mini programs have no `URL`. What is not plainly an origin and a path is refused. */
const BASE_URL = /^(https?:\/\/[^/?#\\@\s]+)(\/[^?#\\\s]*)?$/i;

/**
 * How the URL of a request becomes an absolute one.
 * @throws TypeError where `baseUrl` is none
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
      `The session is for ${origin} alone: call wx.request for other servers.`,
    );
  };
}
