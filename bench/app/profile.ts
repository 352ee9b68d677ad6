/** What a guarded route returns; the openid where the row of the user was read. */
export interface Profile {
  readonly userId: string;
  readonly openid?: string;
}

/** Where no guard looks for a user; as long as the others. */
export const ANYBODY: Profile = { userId: '00000000-0000-4000-8000-000000000000' };
