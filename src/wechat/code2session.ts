import { inspect } from 'node:util';
import { unavailable, type WechatAnswer } from './wechat-answer.js';
import { isPlainText } from '../common/is-plain-text.js';

/** What WeChat says of the user behind a code. */
export interface Code2Session {
  /** The mini program the code was for. */
  readonly appid: string;
  /** The user's id within that mini program. */
  readonly openid: string;
  /** The user's id across the apps of one Open Platform account; absent where there is none. */
  readonly unionid?: string | undefined;
  /** The `session_key`: base64, a secret of the server that never travels on. */
  readonly sessionKey: string;
  /**
   * When WeChat was asked, in milliseconds of `performance.now()`: it decides which of two
   * exchanges is the newer one.
   * @defaultValue now
   */
  readonly exchangedAt?: number | undefined;
}

/** A {@link Code2Session} that keeps its `session_key` out of logs and answers. */
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
  // Absent, null or empty: this app is bound to no Open Platform account, or not yet.
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
