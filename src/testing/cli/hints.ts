import type { SandboxApp } from '../sandbox.types.js';

/** The library derives its keys from the AppSecret, which must have 32 characters. */
const ANY_APP: SandboxApp = {
  appid: 'wx0000000000000001',
  secret: 'any-secret-of-32-characters-here',
};

/** What to configure for the sandbox. */
export function hints(url: string, apps: readonly SandboxApp[] = [ANY_APP]): string {
  const list = (name: 'appid' | 'secret'): string => apps.map((app) => app[name]).join(',');
  return `The WeChat sandbox listens on ${url}, for programs of this machine only. Ctrl+C stops it.

For the .env of your app:

WECHAT_BASE_URL=${url}
WECHAT_APPID=${list('appid')}
WECHAT_SECRET=${list('secret')}

A code, as wx.login returns it:

curl -X POST ${url}/sandbox/codes -d '{"openid":"o-anna"}'

A login at your app with that code:

curl -X POST http://localhost:3000/wechat/login -H 'content-type: application/json' -d '{"code":"..."}'

An error for the next request to WeChat, by its errcode or a name such as "timeout":

curl -X POST ${url}/sandbox/faults -d '{"fault":40029}'
`;
}
