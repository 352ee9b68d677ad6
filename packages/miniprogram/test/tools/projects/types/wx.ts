import { createWxSession } from 'nestjs-wechat-auth-miniprogram';

const session = createWxSession({ baseUrl: 'https://api.example.com', wx });

session.upload({
  url: '/photos',
  filePath: 'a.png',
  name: 'photo',
  enableHttp2: true,
  onTask: (task: WechatMiniprogram.UploadTask) => {
    task.onProgressUpdate(() => undefined);
  },
});
