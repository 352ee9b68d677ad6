import {
  createWxSession,
  WxSessionError,
  type WxSessionOptions,
} from 'nestjs-wechat-auth-miniprogram';

export const options: WxSessionOptions = {
  baseUrl: 'https://api.example.com',
  unwrap: ({ data }) => data.data,
};
const session = createWxSession(options);

export async function page(): Promise<string | undefined> {
  const task = session.request<{ id: string }>({ url: '/me', enableHttp2: true, replay: true });
  task.abort();
  // @ts-expect-error the promise takes the place of the callbacks
  session.request({ url: '/me', success: () => undefined });
  try {
    return (await task).data.id;
  } catch (error) {
    return error instanceof WxSessionError && error.action === 'relogin' ? '' : undefined;
  }
}
