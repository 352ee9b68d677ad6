/* global document, navigator */

/** Everything the page says, in English and Chinese. */
export const WORDS = {
  en: {
    heading: 'A WeChat login, step by step',
    lead: 'The phone runs the real mini program client against this server. Each step lights up when it really happens.',
    links: 'Links',
    docs: 'API docs (OpenAPI)',
    phone: 'Phone',
    miniprogram: 'Mini program',
    whatIf: 'What if …',
    legend:
      'Solid: sent. Dashed: came back. Grey: usually a part of it, but it has not happened. Dots: a secret.',
    loggedOut: 'Not logged in',
    loggedIn: (id) => `User ${id}`,
    until: (time) => `Session until ${time}`,
    noSession: 'No session in storage',
    ready: 'Press a button and watch the diagram.',
    working: 'Working …',
    takes: (seconds) => `WeChat does not answer. The server gives up after ${seconds} seconds …`,
    idle: 'What a login takes',
    running: 'Running …',
    summary: (steps, time) => `${steps} steps in ${time}`,
    notYet: 'not happened',
    hidden: 'hidden',
    to: 'to',
    back: 'back to',
    noSandbox:
      'This server asks the real WeChat, whose codes come from a phone. The page needs the sandbox: start the demo without WECHAT_APPID and WECHAT_SECRET.',
    elsewhere:
      'The sandbox answers only on the machine that runs the demo. Open this page there, as localhost.',
    stopped: 'The demo does not answer. Is it still running?',
    lanes: {
      miniprogram: 'Mini program',
      server: 'Your server',
      wechat: 'WeChat',
      postgres: 'Postgres',
    },
    actions: {
      login: ['Log in'],
      profile: ['Call a guarded route'],
      data: ['Send encrypted data'],
      logout: ['Log out'],
      twice: ['two pages log in at once?', 'They share one wx.login and one session.'],
      busy: ['WeChat is busy?', 'The server tries three times, then the client waits.'],
      invalid: ['WeChat refuses the code?', 'The client takes a fresh one, once.'],
      timeout: ['WeChat does not answer?', 'The code may be spent: never ask twice with it.'],
      end: ['the server ends the session?', 'The next call gets a 401, logs in and is replayed.'],
    },
    results: {
      login: ({ isNewUser }) => (isNewUser ? 'Welcome! A new user.' : 'Welcome back.'),
      profile: ({ memberSince }) => `The server knows you. Member since ${memberSince}.`,
      data: ({ nickName, city }) => `The server reads: ${nickName}, ${city}.`,
      logout: () => 'Logged out. Nobody accepts the old token any more.',
      twice: ({ codes }) => `Both pages are logged in. Calls of wx.login: ${codes}.`,
      again: ({ codes }) => `Logged in all the same. Calls of wx.login: ${codes}.`,
      end: ({ codes }) => `The route answered all the same. Calls of wx.login: ${codes}.`,
      failed: ({ errorCode, action }) => `It did not work: ${errorCode} (${action}).`,
    },
    steps: {
      'wx.login()': ['Asks for a code', 'A code: one use, five minutes'],
      'wx.checkSession()': ['Is the session_key still good?', 'The session_key'],
      'wx.getUserInfo()': ['Asks for user data', 'Encrypted with the session_key'],
      'wx.setStorageSync()': ['Keeps the session'],
      'wx.removeStorageSync()': ['Forgets the session'],
      'POST /wechat/login': ['Sends the code', 'A session of our own'],
      'DELETE /wechat/session': ['Logs out', 'The session is over'],
      'GET /profile': ['Calls a guarded route', 'What the route answers'],
      'POST /profile/info': ['Sends the encrypted data', 'What the route answers'],
      'POST /demo/end-session': ['Has its session ended', 'Done, behind its back'],
      'GET /sns/jscode2session': ['Exchanges the code', 'Who it is'],
      'INSERT wechat_user': ['Creates or updates the user', 'Stored'],
      'SELECT wechat_user': ['Reads the user', 'The user'],
      'SELECT wechat_user, wechat_revoked_session': ['Is the session live?', 'Live sessions'],
      'INSERT wechat_revoked_session': ['Ends the session', 'Stored'],
      issue: ['Issues a session'],
      verify: ['Lets the request in'],
      decrypt: ['Decrypts with the session_key'],
    },
    refused: 'Refused',
    errcode: 'An error',
    noAnswer: 'No answer',
  },
  zh: {
    heading: '一步一步看微信登录',
    lead: '手机里运行的是真正的小程序客户端，连接的就是这台服务器。每一步真正发生时才会亮起。',
    links: '链接',
    docs: '接口文档（OpenAPI）',
    phone: '手机',
    miniprogram: '小程序',
    whatIf: '如果……',
    legend: '实线：发出。虚线：返回。灰色：通常会有，但没有发生。圆点：机密内容。',
    loggedOut: '未登录',
    loggedIn: (id) => `用户 ${id}`,
    until: (time) => `会话有效至 ${time}`,
    noSession: '本地没有会话',
    ready: '点一个按钮，看看时序图。',
    working: '正在进行……',
    takes: (seconds) => `微信没有回应，服务器会在 ${seconds} 秒后放弃……`,
    idle: '一次登录的过程',
    running: '进行中……',
    summary: (steps, time) => `${steps} 步，用时 ${time}`,
    notYet: '未发生',
    hidden: '已隐藏',
    to: '到',
    back: '返回',
    noSandbox:
      '这台服务器连接的是真正的微信，code 只能来自手机。本页需要沙箱：启动演示时请不要设置 WECHAT_APPID 和 WECHAT_SECRET。',
    elsewhere: '沙箱只在运行演示的机器上应答。请在那台机器上用 localhost 打开本页。',
    stopped: '演示没有应答。它还在运行吗？',
    lanes: {
      miniprogram: '小程序',
      server: '你的服务器',
      wechat: '微信',
      postgres: 'Postgres',
    },
    actions: {
      login: ['登录'],
      profile: ['访问受保护的接口'],
      data: ['发送加密数据'],
      logout: ['退出登录'],
      twice: ['两个页面同时登录？', '共用一次 wx.login 和同一个会话。'],
      busy: ['微信系统繁忙？', '服务器试三次，然后客户端等一会儿再来。'],
      invalid: ['微信不认这个 code？', '客户端换一个新的，只换一次。'],
      timeout: ['微信没有回应？', 'code 可能已被用掉，不能拿它再问。'],
      end: ['服务器结束了会话？', '下一个请求得到 401，重新登录后自动重发。'],
    },
    results: {
      login: ({ isNewUser }) => (isNewUser ? '欢迎！新用户。' : '欢迎回来。'),
      profile: ({ memberSince }) => `服务器认识你，注册于 ${memberSince}。`,
      data: ({ nickName, city }) => `服务器读到：${nickName}，${city}。`,
      logout: () => '已退出，旧的 token 到处都不再有效。',
      twice: ({ codes }) => `两个页面都已登录，wx.login 调用次数：${codes}。`,
      again: ({ codes }) => `最终登录成功，wx.login 调用次数：${codes}。`,
      end: ({ codes }) => `接口最终正常返回，wx.login 调用次数：${codes}。`,
      failed: ({ errorCode, action }) => `没有成功：${errorCode}（${action}）。`,
    },
    steps: {
      'wx.login()': ['要一个 code', '给出 code：一次有效，五分钟'],
      'wx.checkSession()': ['session_key 还有效吗？', 'session_key 的状态'],
      'wx.getUserInfo()': ['要用户数据', '用 session_key 加密'],
      'wx.setStorageSync()': ['保存会话'],
      'wx.removeStorageSync()': ['删除会话'],
      'POST /wechat/login': ['把 code 发给服务器', '我们自己的会话'],
      'DELETE /wechat/session': ['退出登录', '会话已结束'],
      'GET /profile': ['访问受保护的接口', '接口的返回'],
      'POST /profile/info': ['发送加密数据', '接口的返回'],
      'POST /demo/end-session': ['让服务器结束会话', '已结束，客户端并不知道'],
      'GET /sns/jscode2session': ['用 code 换取身份', '用户是谁'],
      'INSERT wechat_user': ['新建或更新用户', '已保存'],
      'SELECT wechat_user': ['读取用户', '用户'],
      'SELECT wechat_user, wechat_revoked_session': ['会话还有效吗？', '有效的会话'],
      'INSERT wechat_revoked_session': ['结束会话', '已记录'],
      issue: ['签发会话'],
      verify: ['放行'],
      decrypt: ['用 session_key 解密'],
    },
    refused: '被拒绝',
    errcode: '返回错误',
    noAnswer: '没有回应',
  },
};

const isChinese = navigator.languages.find((each) => /^(zh|en)\b/i.test(each))?.startsWith('zh');

export const locale = isChinese ? 'zh-CN' : 'en';
export const words = isChinese ? WORDS.zh : WORDS.en;

/** Fills in what stands still. */
export function translatePage() {
  document.documentElement.lang = locale;
  document.title = `${words.heading} · nestjs-wechat-auth`;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = words[element.dataset.text];
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', words[element.dataset.label]);
  }
}
