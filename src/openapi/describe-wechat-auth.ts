import type { WechatAuthErrorCode } from '../errors/error-codes.js';
import { WechatAuthConfigError } from '../errors/wechat-auth-config.error.js';
import { failures, SCHEMAS, success } from './answers.js';

/** An OpenAPI 3 document, such as that of `SwaggerModule.createDocument`. */
export interface OpenApiDocument {
  openapi: string;
  paths: object;
  components?: object;
}

/**
 * The options of {@link describeWechatAuth}.
 * @publicApi
 */
export interface DescribeWechatAuthOptions {
  /**
   * The path of the login routes in the document: your global prefix and version, if any, and
   * `routes.path` of the module, such as `'api/v1/wechat'`.
   * @defaultValue `'wechat'`
   */
  path?: string | undefined;
}

type Json = Record<string, unknown>;

/** The security scheme's name, for `@ApiBearerAuth('wxSession')` on your own guarded routes. */
const SECURITY_SCHEME = 'wxSession';

const GUARD_ERRORS: WechatAuthErrorCode[] = [
  'WX_SESSION_MISSING',
  'WX_SESSION_INVALID',
  'WX_SESSION_EXPIRED',
  'WX_SESSION_REVOKED',
  'WX_APP_UNAVAILABLE',
  'WX_STORE_UNAVAILABLE',
];

const guarded = { security: [{ [SECURITY_SCHEME]: [] }] };

/** The description of each route, by method and path. */
const ROUTES: Record<string, Json & { responses: Json }> = {
  'post login': {
    summary: 'Log in with a code of wx.login',
    description:
      'Exchanges the code at WeChat, creates or updates the user, and issues a session. If the request has a valid session, that session ends: the login replaces it.',
    // With or without a session.
    security: [{}, { [SECURITY_SCHEME]: [] }],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['code'],
            properties: {
              code: {
                type: 'string',
                minLength: 1,
                maxLength: 512,
                description: 'From wx.login: valid once, for five minutes.',
              },
              appid: {
                type: 'string',
                description: 'The mini program of the code; if absent, the default one.',
              },
            },
          },
        },
      },
    },
    responses: {
      200: success('The session.', 'WechatAuthLogin'),
      ...failures([
        'WX_CODE_MALFORMED',
        'WX_APP_UNKNOWN',
        'WX_APP_UNAVAILABLE',
        'WX_BUSY',
        'WX_CODE_INVALID',
        'WX_CODE_USED',
        'WX_USER_BLOCKED',
        'WX_RATE_LIMITED',
        'WX_APP_MISCONFIGURED',
        'WX_UPSTREAM_ERROR',
        'WX_UPSTREAM_BUSY',
        'WX_UPSTREAM_UNAVAILABLE',
        'WX_QUOTA_EXCEEDED',
        'WX_STORE_UNAVAILABLE',
      ]),
    },
  },
  'get session': {
    summary: 'Show the session of this token',
    ...guarded,
    responses: { 200: success('The session.', 'WechatAuthSession'), ...failures(GUARD_ERRORS) },
  },
  'delete session': {
    summary: 'Log out: end this session',
    ...guarded,
    responses: {
      204: success('The session has ended, on every instance.'),
      ...failures(GUARD_ERRORS),
    },
  },
  'delete sessions': {
    summary: 'Log out everywhere: end all sessions of this user',
    ...guarded,
    responses: {
      204: success('All sessions of the user have ended, on every instance.'),
      ...failures(GUARD_ERRORS),
    },
  },
};

/**
 * Adds the requests, responses and errors of the login routes to an OpenAPI document, and the
 * security scheme `wxSession` for `@ApiBearerAuth('wxSession')` on your own routes. Returns a new
 * document.
 *
 * @example
 * const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
 * SwaggerModule.setup('docs', app, describeWechatAuth(document));
 * @throws {@link WechatAuthConfigError} if the document has no such routes
 * @publicApi
 */
export function describeWechatAuth<Document extends OpenApiDocument>(
  document: Document,
  { path = 'wechat' }: DescribeWechatAuthOptions = {},
): Document {
  const prefix = `/${path.replace(/^\/+|\/+$/g, '')}`;
  const paths: Record<string, Json | undefined> = { ...document.paths };
  for (const [route, described] of Object.entries(ROUTES)) {
    const [method = '', name = ''] = route.split(' ');
    const url = `${prefix}/${name}`;
    const item = paths[url];
    const operation = item?.[method] as Json | undefined;
    if (operation === undefined) {
      throw new WechatAuthConfigError([
        `The OpenAPI document has no ${method.toUpperCase()} ${url}: pass the path of the login routes to describeWechatAuth(document, { path }), such as '${likelyPath(document)}'.`,
      ]);
    }
    const responses = { ...(operation.responses as Json | undefined), ...described.responses };
    paths[url] = { ...item, [method]: { ...operation, ...described, responses } };
  }
  return { ...document, paths, components: withOurs(document.components) };
}

/** The path of the first route that ends like the login route. */
function likelyPath({ paths }: OpenApiDocument): string {
  const login = Object.keys(paths).find((url) => url.endsWith('/login')) ?? '/api/wechat/login';
  return login.slice(1, -'/login'.length);
}

function withOurs(components: object = {}): object {
  const { schemas, securitySchemes } = components as { schemas?: object; securitySchemes?: object };
  return {
    ...components,
    schemas: { ...schemas, ...SCHEMAS },
    securitySchemes: {
      ...securitySchemes,
      [SECURITY_SCHEME]: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'The token of a login.',
      },
    },
  };
}
