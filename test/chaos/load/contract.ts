import type { Answer } from '../../support/http.js';
import type { OpenApiDocument } from '../apps/settings.js';

interface Response {
  readonly content?: Readonly<Record<string, { schema: { allOf?: readonly Part[] } }>>;
}

interface Part {
  readonly properties?: { readonly errorCode?: { readonly enum?: readonly unknown[] } };
}

type Paths = Record<string, Record<string, { responses: Record<string, Response> } | undefined>>;

/** The app's own guarded routes have the same responses as this one. */
const GUARDED = '/wechat/session';

/** The allowed responses of the apps: their own OpenAPI document. */
export class Contract {
  private readonly paths: Paths;

  constructor({ paths }: OpenApiDocument) {
    this.paths = paths as Paths;
  }

  /** Whether the document has a response with this status and, for an error, this code. */
  allows(method: string, path: string, { status, body }: Answer): boolean {
    const operations = this.paths[path.startsWith('/wechat/') ? path : GUARDED];
    const response = operations?.[method.toLowerCase()]?.responses[status];
    if (response === undefined) return false;
    if (status < 400) return true;
    const codes = response.content?.['application/json']?.schema.allOf?.flatMap(
      ({ properties }) => properties?.errorCode?.enum ?? [],
    );
    return codes?.includes(body?.errorCode) ?? false;
  }
}
