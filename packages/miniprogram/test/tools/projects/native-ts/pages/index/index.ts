import { session } from '../../session';

interface Profile {
  userId: string;
}

Page({
  data: { userId: '' },

  async onShow() {
    const { data } = await session.request<Profile>({ url: '/profile', enableHttp2: true });
    this.setData({ userId: data.userId });
  },

  async onPullDownRefresh() {
    await session.logout();
    this.setData({ userId: '' });
  },
});
