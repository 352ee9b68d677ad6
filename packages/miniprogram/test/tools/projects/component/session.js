const { createWxSession } = require('nestjs-wechat-auth-miniprogram');

exports.session = createWxSession({ baseUrl: 'BASE_URL' });
