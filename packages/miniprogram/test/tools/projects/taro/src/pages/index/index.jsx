import { Text } from '@tarojs/components';
import { useDidShow, usePullDownRefresh } from '@tarojs/taro';
import { useState } from 'react';
import { session } from '../../session';

export default function Index() {
  const [userId, setUserId] = useState('');

  useDidShow(async () => {
    const { data } = await session.request({ url: '/profile' });
    setUserId(data.userId);
  });
  usePullDownRefresh(async () => {
    await session.logout();
    setUserId('');
  });
  return <Text>{userId}</Text>;
}
