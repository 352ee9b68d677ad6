import { createWxSession } from 'nestjs-wechat-auth-miniprogram';

const session = createWxSession({ baseUrl: 'BASE_URL' });

Page({
  data: { userId: '' },

  async onShow() {
    const { data } = await session.request({ url: '/profile' });
    this.setData({ userId: data.userId });
  },

  async onPullDownRefresh() {
    await session.logout();
  },
});
