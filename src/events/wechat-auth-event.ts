import type { WechatAuthErrorCode } from '../errors/error-codes.js';

/** The fields of every event. */
interface EventOf<Type extends string> {
  readonly type: Type;
  readonly at: Date;
}

/**
 * A user has logged in: the user was stored and the session issued.
 * @publicApi
 */
export interface WechatLoginEvent extends EventOf<'login'> {
  readonly appid: string;
  readonly userId: string;
  readonly sessionId: string;
  /** Whether this login created the user. */
  readonly isNew: boolean;
}

/**
 * A login failed or was refused.
 * @publicApi
 */
export interface WechatLoginRefusedEvent extends EventOf<'login-refused'> {
  /** Absent if the login did not name an app of this server. */
  readonly appid?: string;
  /** The user whom the `loginHook` refused; absent if the user was never stored. */
  readonly userId?: string;
  /** The HTTP status of the response. */
  readonly status: number;
  /** Absent if the `loginHook` threw an error of its own. */
  readonly errorCode?: WechatAuthErrorCode;
  /** WeChat's error code, if WeChat refused. */
  readonly errcode?: number;
}

/**
 * A request was refused because of its session.
 * @publicApi
 */
export interface WechatSessionRefusedEvent extends EventOf<'session-refused'> {
  /**
   * `WX_SESSION_MISSING`, `WX_SESSION_INVALID`, `WX_SESSION_EXPIRED` or `WX_SESSION_REVOKED`. The
   * last one means that the token of an ended session was used.
   */
  readonly errorCode: WechatAuthErrorCode;
  /** This and the ids are absent if the token was not signed by this server. */
  readonly appid?: string;
  readonly userId?: string;
  readonly sessionId?: string;
}

/**
 * A session was ended by a logout or by the login that replaced it.
 * @publicApi
 */
export interface WechatLogoutEvent extends EventOf<'logout'> {
  readonly appid: string;
  readonly userId: string;
  readonly sessionId: string;
}

/**
 * All sessions of a user were ended.
 * @publicApi
 */
export interface WechatLogoutAllEvent extends EventOf<'logout-all'> {
  readonly userId: string;
}

/**
 * A user was removed, and all sessions of that user ended.
 * @publicApi
 */
export interface WechatUserRemovedEvent extends EventOf<'user-removed'> {
  readonly userId: string;
}

/**
 * The unionid of a user became known. Emitted once for each user.
 * @publicApi
 */
export interface WechatUnionidKnownEvent extends EventOf<'unionid-known'> {
  readonly appid: string;
  readonly userId: string;
  /** The users of the same person in the other mini programs of this server, oldest first. */
  readonly otherUserIds: readonly string[];
}

/**
 * An event of {@link WechatAuthEvents}; `type` tells which. No event contains a secret, a code, a
 * token, an openid or a unionid.
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

/** An event without its time. */
export type Unpublished = {
  [Type in WechatAuthEvent['type']]: Omit<Extract<WechatAuthEvent, { type: Type }>, 'at'>;
}[WechatAuthEvent['type']];
