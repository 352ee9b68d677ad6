import { createWxSession } from 'nestjs-wechat-auth-miniprogram';

createWxSession({ baseUrl: 'https://api.example.com', wx: uni });
