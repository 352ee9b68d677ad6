import { Injectable } from '@nestjs/common';
import { AggregatedLogger } from '../common/aggregated-logger.js';
import { askHost } from '../config/ask-host.js';
import type { WechatTokenFunction } from '../config/wechat-auth.options.js';

/** Tokens of WeChat that the app manages: its function is called each time, for the newest one. */
@Injectable()
export class HostTokens {
  constructor(private readonly logger: AggregatedLogger) {}

  /**
   * @param name - of the option, for the log.
   * @throws {@link WechatAuthError} `WX_APP_UNAVAILABLE`
   */
  get(
    name: 'accessToken' | 'component.accessToken',
    appid: string,
    ask: WechatTokenFunction,
  ): Promise<string> {
    return askHost(this.logger, { name, appid, ask, read: readToken });
  }
}

/** Whether `value` can be a token of WeChat, which documents up to 512 characters. */
export const isToken = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,1024}$/.test(value);

function readToken(answer: unknown, problems: string[]): string {
  if (isToken(answer)) return answer;
  problems.push('It must be a token of WeChat: a string of 1 to 1024 characters without spaces.');
  return '';
}
