// Compiled, never run: the client against WeChat's official typings, as in a mini program's project.
import {
  createWxSession,
  WxSessionError,
  type WxAnswer,
  type WxDownloadAnswer,
  type WxLike,
  type WxLogin,
  type WxSession,
  type WxSessionAction,
  type WxSessionOptions,
  type WxTask,
  type WxUploadAnswer,
} from '../../src/index.js';
import type { WechatAuthAction } from '../../../../src/errors/error-codes.js';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Expect<T extends true> = T;

// The official wx is assignable to WxLike, and accepts the options of the client.
export const official: WxLike = wx;
type Given<Name extends 'login' | 'request' | 'uploadFile' | 'downloadFile' | 'checkSession'> =
  Parameters<WxLike[Name]>[0];
export const taken = (
  login: Given<'login'>,
  request: Given<'request'>,
  upload: Given<'uploadFile'>,
  download: Given<'downloadFile'>,
  check: Given<'checkSession'>,
): void => {
  wx.login(login satisfies WechatMiniprogram.LoginOption);
  wx.request(request satisfies WechatMiniprogram.RequestOption);
  wx.uploadFile(upload satisfies WechatMiniprogram.UploadFileOption);
  wx.downloadFile(download satisfies WechatMiniprogram.DownloadFileOption);
  wx.checkSession(check satisfies WechatMiniprogram.CheckSessionOption);
};

const client = createWxSession({ baseUrl: 'https://api.example.com', wx });
createWxSession({ baseUrl: 'https://api.example.com' });
export const all: Required<WxSessionOptions> = {
  baseUrl: 'https://api.example.com',
  wx,
  storageKey: 'session',
  path: 'auth',
  appid: 'wx0000000000000001',
  loginTimeout: 5000,
  maxRetryAfter: 3,
  autoLogin: false,
  unwrap: ({ data }) => data.data,
  onLogin: ({ userId }: WxLogin) => userId,
  onLogout: () => undefined,
};
createWxSession({
  baseUrl: 'https://api.example.com',
  unwrap: ({ data }: WxAnswer<{ code: number; data: unknown }>) =>
    data.code === 0 ? data.data : undefined,
});

export type Promised = [
  // Every action of the server is known to the client.
  Expect<Same<WxSessionAction, WechatAuthAction>>,
  Expect<Same<typeof client.session, WxSession | undefined>>,
  Expect<Same<ReturnType<typeof client.login>, Promise<WxLogin>>>,
  Expect<Same<ReturnType<typeof client.logout>, Promise<void>>>,
  Expect<Same<ReturnType<typeof client.ensureSessionKey>, Promise<void>>>,
  Expect<Same<ReturnType<typeof client.getToken>, Promise<string>>>,
  Expect<Same<ReturnType<typeof client.freshCode>, Promise<string>>>,
  Expect<Same<ReturnType<typeof client.upload>, WxTask<WxUploadAnswer>>>,
  Expect<Same<ReturnType<typeof client.download>, WxTask<WxDownloadAnswer>>>,
];

export async function page(): Promise<string | undefined> {
  const { request, session } = client;
  const plain: WxAnswer = await request({ url: '/me' });
  // @ts-expect-error the type of the response is unknown
  if (plain.statusCode === 204) return plain.data;
  const typed = await request<{ openid: string }>({
    url: '/me',
    method: 'POST',
    data: { a: 1 },
    header: { 'x-a': '1' },
    timeout: 1000,
  });
  if (typed.statusCode === 200) return typed.data.openid;

  const task = request({
    url: '/me',
    enableHttp2: true,
    enableChunked: true,
    replay: true,
    onTask: (given: WechatMiniprogram.RequestTask) => {
      given.onChunkReceived(({ data }) => data.byteLength);
    },
  });
  task.abort();
  await task;
  const { data: text } = await client.upload({
    url: '/a',
    filePath: 'a',
    name: 'a',
    formData: { b: 1 },
  });
  if (text === '') return (await client.download({ url: '/a' })).tempFilePath;
  // @ts-expect-error an upload needs a file
  await client.upload({ url: '/a' });

  // @ts-expect-error a URL is required
  await request({});
  // @ts-expect-error wx.request knows no PATCH
  await request({ url: '/me', method: 'PATCH' });
  // @ts-expect-error the promise replaces the callbacks
  await request({ url: '/me', success: () => undefined });
  // @ts-expect-error here as well
  await client.download({ url: '/me', complete: () => undefined });
  // @ts-expect-error the server is required
  createWxSession({});
  // @ts-expect-error an incomplete wx
  createWxSession({ baseUrl: 'https://api.example.com', wx: { login: () => undefined } });

  try {
    await client.login();
  } catch (error) {
    if (error instanceof WxSessionError && error.action === 'blocked') return error.errorCode;
  }
  return session?.userId;
}
