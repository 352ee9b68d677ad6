const { session } = require('./session');

Component({
  data: { userId: '' },

  methods: {
    async show() {
      const { data } = await session.request({ url: '/profile' });
      this.setData({ userId: data.userId });
    },
  },
});
