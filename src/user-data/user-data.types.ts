/**
 * The app and time of encrypted data: part of all data that WeChat encrypts.
 * @publicApi
 */
export interface WechatWatermark {
  appid: string;
  /** Seconds since 1970. */
  timestamp: number;
}

/**
 * Encrypted data as a mini program receives them from WeChat and sends to its server.
 * @publicApi
 */
export interface EncryptedUserData {
  /** Base64. */
  encryptedData: string;
  /** Base64 of 16 bytes. */
  iv: string;
  /**
   * A fresh code of `wx.login`, called before the data were requested. It gives the server the
   * `session_key` with which they were encrypted.
   */
  code?: string | undefined;
}

/**
 * Data with the signature that proves that they come from WeChat.
 * @publicApi
 */
export interface SignedUserData {
  rawData: string;
  /** 40 hexadecimal digits. */
  signature: string;
}

/**
 * The profile of a user. Source: WeChat, "wx.getUserInfo" and "wx.getUserProfile".
 * @publicApi
 */
export interface WechatUserInfo {
  /** The user's openid. Absent in the data of `wx.getUserProfile`. */
  openId?: string;
  nickName: string;
  /** 0 unknown, 1 male, 2 female. */
  gender: number;
  language?: string;
  city: string;
  province: string;
  country: string;
  avatarUrl: string;
  unionId?: string;
  /** True if WeChat returns the same placeholder name and picture for all users. */
  is_demote?: boolean;
  watermark: WechatWatermark;
}

/**
 * A phone number. Source: WeChat, "getPhoneNumber".
 * @publicApi
 */
export interface WechatPhoneNumber {
  /** With the country code if it is a foreign number. */
  phoneNumber: string;
  purePhoneNumber: string;
  countryCode: string;
  watermark: WechatWatermark;
}

/**
 * The group chat of a share. Source: WeChat, "wx.getShareInfo".
 * @publicApi
 */
export interface WechatShareInfo {
  /** The id of the group chat in this mini program. */
  openGId: string;
  watermark: WechatWatermark;
}

/**
 * The steps of the last 30 days. Source: WeChat, "wx.getWeRunData".
 * @publicApi
 */
export interface WechatRunData {
  stepInfoList: {
    /** Seconds since 1970. */
    timestamp: number;
    step: number;
  }[];
  watermark: WechatWatermark;
}

/**
 * The kinds of encrypted data whose fields are checked, and their types.
 * @publicApi
 */
export interface WechatUserDataKinds {
  userInfo: WechatUserInfo;
  phoneNumber: WechatPhoneNumber;
  shareInfo: WechatShareInfo;
  runData: WechatRunData;
}
