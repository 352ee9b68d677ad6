/* global AbortSignal, fetch, localStorage, performance, queueMicrotask, URL */
import { randomId } from './random-id.js';

const DOTS = '••••••';
const JSON_TYPE = 'application/json';

/** The user of the phones: the same as long as the browser stores it. */
function openid() {
  const kept = localStorage.getItem('demo-openid') ?? `o-${randomId()}`;
  localStorage.setItem('demo-openid', kept);
  return kept;
}

/**
 * A small replacement of `wx` for a browser, with the sandbox as WeChat. It reports its calls to
 * `steps`.
 * @param header - sent with every request
 */
export function createPhoneWx({ sandboxUrl, steps, storage = localStorage, header: always }) {
  const sandbox = async (path, body) => {
    const answer = await fetch(`${sandboxUrl}/sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': JSON_TYPE },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text && JSON.parse(text);
  };

  /** A call to WeChat with callbacks, like all of `wx`. */
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
  const tellStored = () => {
    if (stored !== undefined) {
      steps.tell({ from: 'miniprogram', to: 'miniprogram', phase: 'note', ...stored });
    }
    stored = undefined;
  };
  /** Of several writes in a row, the last one is reported. */
  const store = (name, fields) => {
    if (stored === undefined) queueMicrotask(tellStored);
    stored = { name, fields };
  };

  return {
    login: (options) =>
      wechat('wx.login()', options, () => sandbox('codes', { openid: openid() }), { code: DOTS }),

    getUserInfo: ({ data, ...options }) =>
      wechat('wx.getUserInfo()', options, () => sandbox('user-data', { openid: openid(), data }), {
        encryptedData: DOTS,
        iv: DOTS,
      }),

    async request({ url, method = 'GET', data, header = {}, timeout = 60_000, success, fail }) {
      const call = {
        name: `${method} ${new URL(url).pathname}`,
        from: 'miniprogram',
        to: 'server',
      };
      const startedAt = performance.now();
      tellStored();
      steps.tell({ ...call, phase: 'begin', fields: shownRequest(header, data) });
      let answer;
      try {
        const response = await fetch(url, {
          method,
          headers: { 'content-type': JSON_TYPE, ...header, ...always, 'x-demo-run': steps.runId },
          ...(data && { body: JSON.stringify(data) }),
          signal: AbortSignal.timeout(timeout),
        });
        answer = {
          statusCode: response.status,
          header: Object.fromEntries(response.headers),
          data: parse(await response.text()),
        };
      } catch (error) {
        steps.tell({ ...call, phase: 'end', took: performance.now() - startedAt, failed: true });
        fail({ errMsg: `request:fail ${error.message}` });
        return;
      }
      // The diagram first: the next steps of the phone depend on this response.
      await steps.caughtUp();
      success(answer);
    },

    getStorageSync: (key) => storage.getItem(key) ?? '',
    setStorageSync(key, value) {
      storage.setItem(key, value);
      const { loggedOut } = JSON.parse(value);
      store('wx.setStorageSync()', loggedOut ? { loggedOut: 'true' } : { token: DOTS });
    },
    removeStorageSync(key) {
      storage.removeItem(key);
      store('wx.removeStorageSync()', {});
    },
  };
}

const shownRequest = ({ authorization }, data = {}) => ({
  ...(authorization && { Authorization: `Bearer ${DOTS}` }),
  ...Object.fromEntries(Object.keys(data).map((name) => [name, DOTS])),
});

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
