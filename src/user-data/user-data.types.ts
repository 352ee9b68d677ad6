/** Whose the data are and when WeChat handed them out: part of all data that WeChat encrypts. */
export interface WechatWatermark {
  appid: string;
  /** Seconds since 1970. */
  timestamp: number;
}

/** What a client sends, as WeChat's API in the mini program hands it out. */
export interface EncryptedUserData {
  /** Base64. */
  encryptedData: string;
  /** Base64 of 16 bytes. */
  iv: string;
  /**
   * A fresh code of `wx.login`, called before the data were asked for. With it the data are read
   * with the `session_key` they were encrypted with, whatever the server knew before.
   */
  code?: string | undefined;
}

/** What a client sends to prove that `rawData` come from WeChat. */
export interface SignedUserData {
  rawData: string;
  /** 40 hexadecimal digits. */
  signature: string;
}

/** Source: WeChat, "wx.getUserInfo" and "wx.getUserProfile". */
export interface WechatUserInfo {
  /** The user's own. Absent in the data of `wx.getUserProfile`. */
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
  /** WeChat hands out no name and picture any more, but the same ones for everybody. */
  is_demote?: boolean;
  watermark: WechatWatermark;
}

/** Source: WeChat, "getPhoneNumber". */
export interface WechatPhoneNumber {
  /** With the country code, where it is a foreign one. */
  phoneNumber: string;
  purePhoneNumber: string;
  countryCode: string;
  watermark: WechatWatermark;
}

/** Source: WeChat, "wx.getShareInfo". */
export interface WechatShareInfo {
  /** The id of the group chat within this mini program. */
  openGId: string;
  watermark: WechatWatermark;
}

/** Source: WeChat, "wx.getWeRunData": the steps of the last 30 days. */
export interface WechatRunData {
  stepInfoList: {
    /** Seconds since 1970. */
    timestamp: number;
    step: number;
  }[];
  watermark: WechatWatermark;
}

/** The kinds of encrypted data whose fields are checked. */
export interface WechatUserDataKinds {
  userInfo: WechatUserInfo;
  phoneNumber: WechatPhoneNumber;
  shareInfo: WechatShareInfo;
  runData: WechatRunData;
}
