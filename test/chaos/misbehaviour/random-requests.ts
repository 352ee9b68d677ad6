import * as fc from 'fast-check';
import type { OpenApiDocument } from '../apps/settings.js';
import type { Call } from '../../support/http.js';

/** The part of an OpenAPI schema that is used here. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface OperationObject {
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Schema }>> };
}

/** One operation of the document, and requests to it, most of them wrong in some way. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly requests: (tokens: readonly string[], count: number) => Call[];
}

/** The operations of an OpenAPI document under `/wechat/`. */
export function operationsOf({ paths }: OpenApiDocument): Operation[] {
  const all = Object.entries(paths as Record<string, Record<string, OperationObject>>);
  return all
    .filter(([path]) => path.startsWith('/wechat/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { requestBody }]) => {
        const schema = requestBody?.content['application/json']?.schema ?? {};
        return {
          method: method.toUpperCase(),
          path,
          requests: (tokens: readonly string[], count: number) =>
            fc.sample(requestTo(schema, tokens), count),
        };
      }),
    );
}

const requestTo = (schema: Schema, tokens: readonly string[]): fc.Arbitrary<Call> =>
  fc
    .record({ headers: headers(tokens), body: body(schema) })
    .map(({ headers: given, body: text }) => {
      const length = Buffer.byteLength(text);
      return length === 0
        ? { headers: given }
        : { headers: { ...given, 'content-length': String(length) }, body: text };
    });

const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 300 });

const headers = (tokens: readonly string[]): fc.Arbitrary<Record<string, string>> =>
  fc
    .record(
      {
        'content-type': fc.oneof(
          { weight: 5, arbitrary: fc.constant('application/json') },
          fc.constantFrom(
            'application/json; charset=latin1',
            'application/x-www-form-urlencoded',
            'multipart/form-data; boundary=x',
            'text/plain',
            '',
          ),
          printable,
        ),
        authorization: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...tokens).map((token) => `Bearer ${token}`) },
          fc.constantFrom(...tokens).map((token) => `bearer  ${token.slice(0, -2)}`),
          printable.map((text) => `Bearer ${text}`),
          printable,
        ),
        'accept-encoding': printable,
        'x-forwarded-for': printable,
      },
      { requiredKeys: [] },
    )
    .map((all) =>
      Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value.trim()])),
    );

/** JSON that matches the schema or not, a part of it, or any bytes. */
const body = (schema: Schema): fc.Arbitrary<string | Buffer> => {
  const json = valueOf(schema).map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 5, arbitrary: json },
    fc.constant(''),
    fc.tuple(json, fc.nat(40)).map(([text, length]) => text.slice(0, length)),
    fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  );
};

const valueOf = ({ type, properties = {} }: Schema): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: asTyped(type, properties) }, fc.jsonValue({ maxDepth: 4 }));

const asTyped = (
  type: string | undefined,
  properties: Readonly<Record<string, Schema>>,
): fc.Arbitrary<unknown> => {
  if (type === 'string') return fc.string({ unit: 'binary', maxLength: 600 });
  const fields = Object.entries(properties).map(([name, schema]) => [name, valueOf(schema)]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [],
  });
};
