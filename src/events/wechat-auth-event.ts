import type { WechatAuthErrorCode } from '../errors/error-codes.js';

/** What every event has. */
interface EventOf<Type extends string> {
  readonly type: Type;
  readonly at: Date;
}

/** A user has logged in: the user is stored, and the session issued. */
export interface WechatLoginEvent extends EventOf<'login'> {
  readonly appid: string;
  readonly userId: string;
  readonly sessionId: string;
  /** Whether this login created the user. */
  readonly isNew: boolean;
}

/** A login has failed. */
export interface WechatLoginRefusedEvent extends EventOf<'login-refused'> {
  /** Absent where the login did not name an app of this server. */
  readonly appid?: string;
  /** The user whom the `loginHook` refused; absent where the user was never stored. */
  readonly userId?: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Absent where the `loginHook` threw an error that is not ours. */
  readonly errorCode?: WechatAuthErrorCode;
  /** Of WeChat, where it was WeChat that refused. */
  readonly errcode?: number;
}

/** A request was refused for its session. */
export interface WechatSessionRefusedEvent extends EventOf<'session-refused'> {
  /**
   * `WX_SESSION_MISSING`, `WX_SESSION_INVALID`, `WX_SESSION_EXPIRED` or `WX_SESSION_REVOKED`. The
   * last one is the use of a token after its session was ended.
   */
  readonly errorCode: WechatAuthErrorCode;
  /** This and the ids are absent where the token was not signed by this server. */
  readonly appid?: string;
  readonly userId?: string;
  readonly sessionId?: string;
}

/** A session was ended: by a logout, or by the login that replaced it. */
export interface WechatLogoutEvent extends EventOf<'logout'> {
  readonly appid: string;
  readonly userId: string;
  readonly sessionId: string;
}

/** All sessions of a user were ended. */
export interface WechatLogoutAllEvent extends EventOf<'logout-all'> {
  readonly userId: string;
}

/** A user was removed, and all sessions of that user ended. */
export interface WechatUserRemovedEvent extends EventOf<'user-removed'> {
  readonly userId: string;
}

/** The unionid of a user has become known: once for each user. */
export interface WechatUnionidKnownEvent extends EventOf<'unionid-known'> {
  readonly appid: string;
  readonly userId: string;
  /** The users of the same person in the other mini programs of this server, the oldest first. */
  readonly otherUserIds: readonly string[];
}

/**
 * What has happened. No event has a secret, a code, a token, an openid or a unionid.
 * @publicApi
 */
export type WechatAuthEvent =
  | WechatLoginEvent
  | WechatLoginRefusedEvent
  | WechatSessionRefusedEvent
  | WechatLogoutEvent
  | WechatLogoutAllEvent
  | WechatUserRemovedEvent
  | WechatUnionidKnownEvent;

/** An event before it has its time. */
export type Unpublished = {
  [Type in WechatAuthEvent['type']]: Omit<Extract<WechatAuthEvent, { type: Type }>, 'at'>;
}[WechatAuthEvent['type']];
