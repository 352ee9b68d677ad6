/* global AbortSignal, fetch, localStorage, performance, queueMicrotask */
import { randomId } from './random-id.js';

const DOTS = '••••••';

/** Who holds the phone. The same person as long as the browser remembers. */
function openid() {
  const kept = localStorage.getItem('demo-openid') ?? `o-${randomId()}`;
  localStorage.setItem('demo-openid', kept);
  return kept;
}

/**
 * A small stand-in for `wx` in a browser: WeChat is the sandbox, the storage is `localStorage`.
 * It tells `steps` what it is asked.
 */
export function createPhoneWx({ sandboxUrl, steps }) {
  const sandbox = async (path, body) => {
    const answer = await fetch(`${sandboxUrl}/sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text && JSON.parse(text);
  };

  /** A call to WeChat with callbacks, as all of `wx` has them. */
  const wechat = async (name, { success, fail }, ask, shown) => {
    steps.tell({ name, from: 'miniprogram', to: 'wechat', phase: 'begin' });
    const end = { name, from: 'miniprogram', to: 'wechat', phase: 'end' };
    const startedAt = performance.now();
    try {
      const result = await ask();
      steps.tell({ ...end, took: performance.now() - startedAt, fields: shown });
      success(result);
    } catch (error) {
      steps.tell({ ...end, took: performance.now() - startedAt, failed: true });
      fail({ errMsg: `${name.slice(3, -2)}:fail ${error.message}` });
    }
  };

  let stored;
  /** Of several writes in a row, the last one tells. */
  const tellStored = (name, fields) => {
    if (stored === undefined) {
      queueMicrotask(() => {
        steps.tell({ from: 'miniprogram', to: 'miniprogram', phase: 'note', ...stored });
        stored = undefined;
      });
    }
    stored = { name, fields };
  };

  return {
    login: (options) =>
      wechat('wx.login()', options, () => sandbox('codes', { openid: openid() }), { code: DOTS }),

    checkSession: (options) =>
      // The sandbox encrypts for those alone whose session_key it knows.
      wechat(
        'wx.checkSession()',
        options,
        () => sandbox('user-data', { openid: openid(), data: {} }),
        { result: 'ok' },
      ),

    getUserInfo: ({ data, ...options }) =>
      wechat('wx.getUserInfo()', options, () => sandbox('user-data', { openid: openid(), data }), {
        encryptedData: DOTS,
        iv: DOTS,
      }),

    async request({ url, method = 'GET', data, header = {}, timeout = 60_000, success, fail }) {
      const body = data && (typeof data === 'string' ? data : JSON.stringify(data));
      let answer;
      try {
        const response = await fetch(url, {
          method,
          headers: { 'content-type': 'application/json', ...header, 'x-demo-run': steps.runId },
          ...(body && { body }),
          signal: AbortSignal.timeout(timeout),
        });
        const text = await response.text();
        answer = {
          statusCode: response.status,
          header: Object.fromEntries(response.headers),
          data: parse(text),
        };
      } catch (error) {
        fail({ errMsg: `request:fail ${error.message}` });
        return;
      }
      // The diagram first: what follows on the phone follows from this answer.
      await steps.caughtUp();
      success(answer);
    },

    getStorageSync: (key) => localStorage.getItem(key) ?? '',
    setStorageSync(key, value) {
      localStorage.setItem(key, value);
      tellStored('wx.setStorageSync()', { token: DOTS });
    },
    removeStorageSync(key) {
      localStorage.removeItem(key);
      tellStored('wx.removeStorageSync()', {});
    },
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
