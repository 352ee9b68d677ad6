import Taro from '@tarojs/taro';
import { createWxSession } from 'nestjs-wechat-auth-miniprogram';

export const session = createWxSession({ baseUrl: 'BASE_URL', wx: Taro });
