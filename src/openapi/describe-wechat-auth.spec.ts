import { Module, VersioningType, type INestApplication } from '@nestjs/common';
import { NestFactory, RouterModule } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ERRORS } from '../errors/error-codes.js';
import { WechatAuthConfigError } from '../errors/wechat-auth-config.error.js';
import { WxSessionGuard } from '../guard/wx-session.guard.js';
import { LoginController } from '../login/login.controller.js';
import { LoginService } from '../login/login.service.js';
import { SessionController } from '../login/session.controller.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { UsersService } from '../users/users.service.js';
import { describeWechatAuth } from './describe-wechat-auth.js';

/** The login routes of an app, with services that are never called. */
@Module({
  controllers: [LoginController, SessionController],
  providers: [
    WxSessionGuard,
    ...[LoginService, SessionsService, UsersService].map((provide) => ({ provide, useValue: {} })),
  ],
})
class Routes {}

@Module({ imports: [Routes, RouterModule.register([{ path: 'wechat', module: Routes }])] })
class Host {}

let app: INestApplication | undefined;
afterEach(() => app?.close());

async function createDocument(
  prepare: (app: INestApplication) => void = () => undefined,
  builder = new DocumentBuilder(),
): Promise<OpenAPIObject> {
  app = await NestFactory.create(Host, { logger: false });
  prepare(app);
  return SwaggerModule.createDocument(app, builder.build());
}

const validate = (document: object): Promise<object> =>
  new Validator().validate(structuredClone(document) as Record<string, unknown>);

/** As JSON, so that the tests can read it without types. */
const operation = (
  document: OpenAPIObject,
  method: 'get' | 'post' | 'delete',
  path: string,
): ReturnType<typeof JSON.parse> => JSON.parse(JSON.stringify(document.paths[path]![method]));

describe('describeWechatAuth', () => {
  it.each(['3.0.3', '3.1.0'])('makes a valid document of OpenAPI %s', async (version) => {
    const builder = new DocumentBuilder().setOpenAPIVersion(version);
    const document = describeWechatAuth(await createDocument(undefined, builder));
    expect(document.openapi).toBe(version);
    expect(await validate(document)).toEqual({ valid: true });
  });

  it('is checked by a validator that reports an invalid document', async () => {
    const document = describeWechatAuth(await createDocument());
    const broken = structuredClone(document);
    delete (broken.paths['/wechat/session']!.get!.responses['200'] as { description?: string })
      .description;
    expect(await validate(broken)).toMatchObject({ valid: false });
  });

  it('refers only to schemas in the document', async () => {
    const document = describeWechatAuth(await createDocument());
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    expect(names.length).toBeGreaterThan(0);
    for (const [, name] of names) expect(document.components!.schemas).toHaveProperty(name!);
  });

  it('describes the request and the responses of a login', async () => {
    const login = operation(describeWechatAuth(await createDocument()), 'post', '/wechat/login');
    expect(login.operationId).toBe('LoginController_login');
    expect(login.summary).toContain('wx.login');
    expect(login.security).toEqual([{}, { wxSession: [] }]);
    expect(login.requestBody.content['application/json'].schema).toMatchObject({
      required: ['code'],
      properties: { code: { type: 'string', maxLength: 512 }, appid: { type: 'string' } },
    });
    expect(Object.keys(login.responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '429',
      '500',
      '502',
      '503',
    ]);
    expect(login.responses[200].content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/WechatAuthLogin',
    });
  });

  it('has each error under its status, with its headers', async () => {
    const { responses } = operation(
      describeWechatAuth(await createDocument()),
      'post',
      '/wechat/login',
    );
    const codes = (status: number): unknown =>
      responses[status].content['application/json'].schema.allOf[1].properties.errorCode.enum;
    expect(codes(401)).toEqual(['WX_CODE_INVALID', 'WX_CODE_USED']);
    expect(codes(429)).toEqual(['WX_RATE_LIMITED']);
    expect(codes(503)).toContain('WX_STORE_UNAVAILABLE');
    const headers = (status: number): string[] => Object.keys(responses[status].headers);
    expect(headers(200)).toEqual(['Cache-Control']);
    const onErrors = ['Cache-Control', 'Wx-Error', 'Wx-Action'];
    expect(headers(400)).toEqual(onErrors);
    expect(headers(401)).toEqual([...onErrors, 'WWW-Authenticate']);
    expect(headers(429)).toEqual([...onErrors, 'Retry-After']);
    expect(headers(503)).toEqual([...onErrors, 'Retry-After']);
    expect(responses[403].description).toContain(ERRORS.WX_USER_BLOCKED.message);
    expect(responses[401].content['application/json'].examples).toMatchObject({
      WX_CODE_USED: { value: { statusCode: 401, errorCode: 'WX_CODE_USED', action: 'relogin' } },
    });
  });

  it('requires the bearer token on every guarded route', async () => {
    const document = describeWechatAuth(await createDocument());
    expect(document.components!.securitySchemes).toMatchObject({
      wxSession: { type: 'http', scheme: 'bearer' },
    });
    const routes = [
      operation(document, 'get', '/wechat/session'),
      operation(document, 'delete', '/wechat/session'),
      operation(document, 'delete', '/wechat/sessions'),
    ];
    for (const { security, responses } of routes) {
      expect(security).toEqual([{ wxSession: [] }]);
      expect(Object.keys(responses)).toEqual([expect.stringMatching(/^20[04]$/), '401', '503']);
    }
  });

  it('lists every error code and action in its schema', async () => {
    const { schemas } = describeWechatAuth(await createDocument()).components!;
    expect(schemas!.WechatAuthError).toMatchObject({
      properties: {
        errorCode: { enum: Object.keys(ERRORS) },
        action: { enum: ['fix-request', 'retry', 'relogin', 'blocked', 'config'] },
      },
    });
  });

  it('lists every error code under a route, except those of user data and phone numbers', async () => {
    const { paths } = describeWechatAuth(await createDocument());
    const listed = JSON.stringify(paths).match(/\bWX_[A-Z_]+\b/g) ?? [];
    const others = ['WX_DATA_UNDECRYPTABLE', 'WX_PHONE_CODE_INVALID', 'WX_SESSION_KEY_INVALID'];
    expect([...new Set([...listed, ...others])].sort()).toEqual(Object.keys(ERRORS).sort());
  });

  it('keeps the other content of the document, and does not change the original', async () => {
    const builder = new DocumentBuilder().addBasicAuth();
    const before = await createDocument(undefined, builder);
    const copy = structuredClone(before);
    const { components, info } = describeWechatAuth(before);
    expect(components!.securitySchemes).toHaveProperty('basic');
    expect(info).toEqual(copy.info);
    expect(before).toEqual(copy);
  });

  it('finds the routes behind a global prefix', async () => {
    const document = await createDocument((host) => host.setGlobalPrefix('api'));
    const described = describeWechatAuth(document, { path: '/api/wechat/' });
    expect(operation(described, 'post', '/api/wechat/login').responses).toHaveProperty('429');
  });

  it('finds the routes behind a global prefix and a version in the URI', async () => {
    const document = await createDocument((host) => {
      host.setGlobalPrefix('api');
      host.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    });
    expect(() => describeWechatAuth(document)).toThrow(
      "pass the path of the login routes to describeWechatAuth(document, { path }), such as 'api/v1/wechat'",
    );
    const described = describeWechatAuth(document, { path: 'api/v1/wechat' });
    expect(operation(described, 'post', '/api/v1/wechat/login').responses).toHaveProperty('429');
  });

  it('fails with a remedy if the document has no login routes', async () => {
    const document = await createDocument((host) => host.setGlobalPrefix('api'));
    const describing = (): unknown => describeWechatAuth(document);
    expect(describing).toThrow(WechatAuthConfigError);
    expect(describing).toThrow('has no POST /wechat/login: pass the path of the login routes');
    expect(() => describeWechatAuth({ openapi: '3.0.0', paths: {} })).toThrow(
      WechatAuthConfigError,
    );
  });
});
