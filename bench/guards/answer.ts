/** What every route of the comparison answers. */
export interface Answer {
  readonly userId: string;
}

/** The answer where nobody looks who it is; as long as the others. */
export const ANYBODY: Answer = { userId: '00000000-0000-4000-8000-000000000000' };

/** A request as Express and Fastify both have it. */
export interface GuardedRequest {
  readonly headers: { readonly authorization?: string };
  user?: { readonly userId: string };
}
