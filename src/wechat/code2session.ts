import { inspect } from 'node:util';
import { unavailable, type WechatAnswer } from './wechat-answer.js';
import { isPlainText } from '../common/is-plain-text.js';

/**
 * WeChat's answer for a code: the user and the `session_key`.
 * @publicApi
 */
export interface Code2Session {
  /** The mini program the code was for. */
  readonly appid: string;
  /** The user's id in that mini program. */
  readonly openid: string;
  /** The person's id in all apps of one Open Platform account; absent if there is none. */
  readonly unionid?: string | undefined;
  /** The `session_key` in base64. A secret of the server: never send it to a client. */
  readonly sessionKey: string;
  /**
   * When WeChat was asked, in milliseconds of `performance.now()`: it decides which of two
   * exchanges is the newer one.
   * @defaultValue now
   */
  readonly exchangedAt?: number | undefined;
}

/** A {@link Code2Session} whose `session_key` does not appear in logs and responses. */
class RedactedCode2Session implements Code2Session {
  constructor(
    readonly appid: string,
    readonly openid: string,
    readonly unionid: string | undefined,
    readonly sessionKey: string,
    readonly exchangedAt: number,
  ) {}

  toJSON(): object {
    return { appid: this.appid, openid: this.openid, unionid: this.unionid, sessionKey: '***' };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }
}

/**
 * Checks an answer of jscode2session field by field.
 * @throws {@link WechatUpstreamError} `WX_UPSTREAM_UNAVAILABLE`
 */
export function readCode2Session(
  appid: string,
  answer: WechatAnswer,
  exchangedAt: number,
): Code2Session {
  const { openid, session_key: sessionKey, unionid } = answer;
  if (!isPlainText(openid)) throw unavailable('the answer has no usable openid');
  if (!isPlainText(sessionKey)) throw unavailable('the answer has no usable session_key');
  // Absent, null or empty if the app is not bound to an Open Platform account.
  const hasUnionid = unionid !== undefined && unionid !== null && unionid !== '';
  if (hasUnionid && !isPlainText(unionid))
    throw unavailable('the unionid of the answer is not usable');
  return new RedactedCode2Session(
    appid,
    openid,
    hasUnionid ? unionid : undefined,
    sessionKey,
    exchangedAt,
  );
}
