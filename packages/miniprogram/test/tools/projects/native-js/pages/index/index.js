import { session } from '../../session';

Page({
  data: { userId: '' },

  async onShow() {
    const { data } = await session.request({ url: '/profile' });
    this.setData({ userId: data.userId });
  },

  async onPullDownRefresh() {
    await session.logout();
    this.setData({ userId: '' });
  },
});
