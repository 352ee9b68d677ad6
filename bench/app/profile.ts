/** What a guarded route returns; the openid if the row of the user was read. */
export interface Profile {
  readonly userId: string;
  readonly openid?: string;
}

/** For routes without a guard; as long as the other bodies. */
export const ANYBODY: Profile = { userId: '00000000-0000-4000-8000-000000000000' };
