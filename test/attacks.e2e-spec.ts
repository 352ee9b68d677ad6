import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SessionsService, WechatAuthError } from '../src/index.js';
import { WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, SECRET, startApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { base64url, claims, hmac, json, ourKey, signed } from './support/forge.js';
import { call, logIn } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { QueryCount } from './support/query-count.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const jwk = JSON.stringify(rsa.publicKey.export({ format: 'jwk' }));

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What every attacker has: a session of their own, and so a header and claims that are valid. */
interface Loot {
  readonly userId: string;
  readonly victimId: string;
  readonly token: string;
  readonly header: string;
  readonly payload: string;
  readonly mac: string;
  readonly kid: string;
}

type Attack = [what: string, token: (loot: Loot) => string];

/** Tokens whose signature is right, so that only the header or the claims can give them away. */
const withHeader = (header: unknown) => (loot: Loot) =>
  signed(typeof header === 'string' ? base64url(header) : json(header), loot.payload);
const withClaims = (more: Record<string, unknown>) => (loot: Loot) =>
  signed(loot.header, json(claims(loot.userId, more)));
const withPayload = (payload: string) => (loot: Loot) => signed(loot.header, base64url(payload));
const ours = (kid: string): object => ({ alg: 'HS256', typ: 'wx-session+jwt', kid });
const show = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
const now = (): number => Math.floor(Date.now() / 1000);

const headerAttacks: Attack[] = [
  ...['none', 'None', 'NONE', 'nOnE', 'NoNe', '', 'null'].map((alg): Attack => [
    `says alg "${alg}" and signs nothing`,
    ({ payload, kid }) => `${json({ ...ours(kid), alg })}.${payload}.`,
  ]),
  ['keeps our header and signs nothing', ({ header, payload }) => `${header}.${payload}.`],
  ['leaves the signature out', ({ header, payload }) => `${header}.${payload}`],
  [
    'says alg null',
    ({ kid, ...loot }) => withHeader({ ...ours(kid), alg: null })({ kid, ...loot }),
  ],
  ['leaves alg out', (loot) => withHeader({ typ: 'wx-session+jwt', kid: loot.kid })(loot)],
  ...['HS384', 'HS512'].map((alg): Attack => [
    `signs with ${alg}`,
    ({ payload, kid }) => {
      const input = `${json({ ...ours(kid), alg })}.${payload}`;
      return `${input}.${hmac(input, ourKey(), alg.replace('HS', 'sha'))}`;
    },
  ]),
  [
    'signs with an RSA key of their own',
    ({ payload, kid }) => {
      const input = `${json({ ...ours(kid), alg: 'RS256' })}.${payload}`;
      return `${input}.${createSign('RSA-SHA256').update(input).sign(rsa.privateKey, 'base64url')}`;
    },
  ],
  [
    'signs our own header with an RSA key',
    ({ header, payload }) => {
      const input = `${header}.${payload}`;
      return `${input}.${createSign('RSA-SHA256').update(input).sign(rsa.privateKey, 'base64url')}`;
    },
  ],
  [
    'takes a PEM text for the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from(pem)),
  ],
  [
    'takes a JWK text for the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from(jwk)),
  ],
  [
    'takes an empty text for the HMAC key',
    ({ header, payload }) =>
      `${header}.${payload}.${createHmac('sha256', '').update(`${header}.${payload}`).digest('base64url')}`,
  ],
  [
    'takes one byte for the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from([0])),
  ],
  [
    'takes the appid for the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from(APPID)),
  ],
  [
    'takes the kid for the HMAC key',
    ({ header, payload, kid }) => signed(header, payload, Buffer.from(kid)),
  ],
  [
    'knows the AppSecret and takes it for the HMAC key as it is',
    ({ header, payload }) => signed(header, payload, Buffer.from(SECRET)),
  ],
  ...['__proto__', 'constructor', 'toString', '../../dev/null', "' OR 1=1 --", '', 'unknown'].map(
    (kid): Attack => [
      `names the key ${JSON.stringify(kid)}`,
      (loot) => withHeader(ours(kid))(loot),
    ],
  ),
  ['names a list of keys', (loot) => withHeader({ ...ours(loot.kid), kid: [loot.kid] })(loot)],
  ['names the key by a number', (loot) => withHeader({ ...ours(loot.kid), kid: 0 })(loot)],
  ['names no key', (loot) => withHeader({ alg: 'HS256', typ: 'wx-session+jwt' })(loot)],
  [
    'names the key twice',
    (loot) =>
      withHeader(`{"alg":"HS256","typ":"wx-session+jwt","kid":"x","kid":"${loot.kid}"}`)(loot),
  ],
  ...['JWT', 'at+jwt', 'WX-SESSION+JWT', ' wx-session+jwt', 'application/wx-session+jwt'].map(
    (typ): Attack => [`says typ "${typ}"`, (loot) => withHeader({ ...ours(loot.kid), typ })(loot)],
  ),
  ['leaves typ out', (loot) => withHeader({ alg: 'HS256', kid: loot.kid })(loot)],
  [
    'says crit with a name we do not know',
    (loot) => withHeader({ ...ours(loot.kid), crit: ['x'], x: 1 })(loot),
  ],
  [
    'says crit with b64',
    (loot) => withHeader({ ...ours(loot.kid), crit: ['b64'], b64: false })(loot),
  ],
  [
    'brings a jwk along',
    (loot) => withHeader({ ...ours(loot.kid), jwk: JSON.parse(jwk) as object })(loot),
  ],
  [
    'points to a jku',
    (loot) => withHeader({ ...ours(loot.kid), jku: 'https://evil.example/jwks' })(loot),
  ],
  [
    'points to an x5u',
    (loot) => withHeader({ ...ours(loot.kid), x5u: 'https://evil.example/x5c' })(loot),
  ],
  ['brings an x5c along', (loot) => withHeader({ ...ours(loot.kid), x5c: [base64url(pem)] })(loot)],
  ['says zip', (loot) => withHeader({ ...ours(loot.kid), zip: 'DEF' })(loot)],
  [
    'orders the header another way',
    ({ kid, ...loot }) =>
      withHeader({ kid, typ: 'wx-session+jwt', alg: 'HS256' })({ kid, ...loot }),
  ],
  [
    'puts a space into the header',
    (loot) => withHeader(`${JSON.stringify(ours(loot.kid))} `)(loot),
  ],
  [
    'writes the header with an escape',
    (loot) => withHeader(JSON.stringify(ours(loot.kid)).replace('HS256', '\\u0048S256'))(loot),
  ],
  [
    'sends an encrypted token',
    () =>
      `${json({ alg: 'dir', enc: 'A256GCM' })}..${base64url('iv')}.${base64url('x')}.${base64url('t')}`,
  ],
];

const claimAttacks: Attack[] = [
  ...['null', '[]', '[{"sub":"x"}]', '"text"', '42', 'true', '', '{', '{}', 'not json'].map(
    (payload): Attack => [`signs the payload ${JSON.stringify(payload)}`, withPayload(payload)],
  ),
  [
    'signs bytes that are no text',
    (loot) => signed(loot.header, base64url(Buffer.from([0xff, 0xfe]))),
  ],
  ...[
    ['1e400', '1e400'],
    ['a text', '"9999999999"'],
    ['null', 'null'],
    ['a list', '[9999999999]'],
    ['a fraction', '9999999999.5'],
    ['-1', '-1'],
    ['true', 'true'],
  ].map(([what, exp]): Attack => [
    `says exp is ${what ?? ''}`,
    ({ header, userId }) =>
      signed(
        header,
        base64url(
          JSON.stringify(claims(userId, { exp: 0 })).replace('"exp":0', `"exp":${exp ?? ''}`),
        ),
      ),
  ]),
  [
    'lets it last a second longer than configured',
    (loot) => withClaims({ iat: now(), exp: now() + 7201 })(loot),
  ],
  ['leaves exp out', withClaims({ exp: undefined })],
  ['leaves iat out', withClaims({ iat: undefined })],
  [
    'lets it end before it begins',
    (loot) => withClaims({ iat: now() + 50, exp: now() + 40 })(loot),
  ],
  [
    'lets it begin in an hour',
    (loot) => withClaims({ iat: now() + 3600, exp: now() + 7200 })(loot),
  ],
  [
    'lets it begin 62 seconds from now',
    (loot) => withClaims({ iat: now() + 62, exp: now() + 100 })(loot),
  ],
  ['says nbf in the future', (loot) => withClaims({ nbf: now() + 3600 })(loot)],
  ['says nbf in the past', (loot) => withClaims({ nbf: now() - 3600 })(loot)],
  ['adds a claim', withClaims({ admin: true })],
  [
    'adds __proto__',
    ({ header, userId }) =>
      signed(
        header,
        base64url(JSON.stringify(claims(userId)).replace('{', '{"__proto__":{"x":1},')),
      ),
  ],
  ...[
    ['other'],
    null,
    42,
    '',
    'nestjs-wechat-auth2',
    ['nestjs-wechat-auth'],
    { iss: 'x' },
    undefined,
  ].map((iss): Attack => [`says iss is ${show(iss)}`, withClaims({ iss })]),
  ...[OTHER_APPID, 'wx-unknown', '', null, 42, [APPID], [[APPID]], { aud: APPID }, undefined].map(
    (aud): Attack => [`says aud is ${show(aud)}`, withClaims({ aud })],
  ),
  ...['', 'x', 42, null, ["'"], "' OR true --", '*', undefined].map((sub): Attack => [
    `says sub is ${show(sub)}`,
    withClaims({ sub }),
  ]),
  ['writes the sub in capitals', (loot) => withClaims({ sub: loot.userId.toUpperCase() })(loot)],
  ['adds a space to the sub', (loot) => withClaims({ sub: `${loot.userId} ` })(loot)],
  ...['', 'x', 42, null, [randomUUID()], randomUUID().toUpperCase(), undefined].map(
    (jti): Attack => [`says jti is ${show(jti)}`, withClaims({ jti })],
  ),
  ...['0', -1, 0.5, null, [0], true, 1e21, 2 ** 31, 2 ** 53 - 1, undefined].map((epoch): Attack => [
    `says epoch is ${show(epoch)}`,
    withClaims({ epoch }),
  ]),
  ['signs for another app with the key of this one', withClaims({ aud: OTHER_APPID })],
  [
    'signs for this app with the key of another',
    (loot) => signed(loot.header, loot.payload, ourKey(OTHER_APPID)),
  ],
  [
    'reuses a text that the same secret signed for another purpose',
    (loot) => {
      const header = json({ alg: 'HS256', typ: 'JWT' });
      return signed(header, json(claims(loot.userId)), Buffer.from(SECRET));
    },
  ],
];

const textAttacks: Attack[] = [
  ['cuts the MAC', ({ token }) => token.slice(0, -1)],
  ['cuts the MAC to half', ({ token }) => token.slice(0, -21)],
  ['extends the MAC', ({ token }) => `${token}A`],
  ['pads the MAC', ({ token }) => `${token}=`],
  ['adds a segment', ({ token }) => `${token}.`],
  ['adds a segment with something in it', ({ token }) => `${token}.x`],
  ['adds an empty segment in front', ({ token }) => `.${token}`],
  ['leaves the payload out', ({ header, mac }) => `${header}..${mac}`],
  [
    'takes the payload of another for theirs',
    ({ header, mac, victimId }) => `${header}.${json(claims(victimId))}.${mac}`,
  ],
  [
    'writes the MAC in base64 instead of base64url',
    ({ header, payload }) => {
      // A payload whose MAC has a - or a _ in it.
      for (let i = 0; ; i++) {
        const token = signed(header, `${payload}${'A'.repeat((i % 4) * 4)}`);
        const mac = token.split('.')[2] ?? '';
        if (/[-_]/.test(mac))
          return token.replace(mac, mac.replaceAll('-', '+').replaceAll('_', '/'));
        if (i > 3) return `${token.slice(0, -1)}+`;
      }
    },
  ],
  [
    'sets the spare bits of the MAC',
    ({ header, payload, mac }) => {
      const last = BASE64URL.indexOf(mac.at(-1) ?? '');
      return `${header}.${payload}.${mac.slice(0, -1)}${BASE64URL[last | 1] ?? ''}`;
    },
  ],
  [
    'signs a payload in base64 that is not canonical',
    ({ header, userId }) => {
      const payload = json(claims(userId));
      return signed(
        header,
        `${payload.replace(/=*$/, '')}${payload.length % 4 === 0 ? '=' : '=='}`,
      );
    },
  ],
  [
    'sends the JSON serialisation',
    ({ header, payload, mac }) => JSON.stringify({ protected: header, payload, signature: mac }),
  ],
  ['sends only dots', () => '.'.repeat(2000)],
  ['sends three dots', () => '...'],
  ['sends 2,049 characters', ({ token }) => token + 'A'.repeat(2049 - token.length)],
  ['sends 10,000 characters', ({ token }) => token + 'A'.repeat(10_000)],
  ['sends another alphabet', () => 'ⅷ.ⅷ.ⅷ'.normalize('NFKD')],
  ['sends a comma', ({ token }) => `${token},${token}`],
  ['sends a percent escape', ({ token }) => token.replace('.', '%2E')],
];

describe.each(platforms)('an attacker over $name who', (platform) => {
  let database: TestDatabase;
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let loot: Loot;
  const queries = new QueryCount();

  beforeAll(async () => {
    database = await createTestDatabase();
    wechat = await WechatSandbox.start();
    server = await startApp({
      platform,
      databaseUrl: database.url,
      wechatUrl: wechat.url,
      options: {
        appid: undefined,
        secret: undefined,
        apps: [
          { appid: APPID, secret: SECRET },
          { appid: OTHER_APPID, secret: SECRET },
        ],
      },
      typeOrm: { logger: queries, logging: ['query'] } as never,
    });
    const token = await logIn(server.url, wechat.issueCode());
    const victim = await server.app
      .get(SessionsService)
      .verify(await logIn(server.url, wechat.issueCode()));
    const { userId } = await server.app.get(SessionsService).verify(token);
    const [header = '', payload = '', mac = ''] = token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    loot = { userId, victimId: victim.userId, token, header, payload, mac, kid };
  });

  afterAll(async () => {
    await server.app.close();
    await wechat.close();
    await database.drop();
  });

  it('signs as we do is let in: the attacks below fail for their own reason alone', async () => {
    const token = signed(loot.header, json(claims(loot.userId)));
    expect((await call('GET', `${server.url}/me`, { token })).status).toBe(200);
    const early = signed(loot.header, json(claims(loot.userId, { iat: now() + 55 })));
    expect((await call('GET', `${server.url}/me`, { token: early })).status).toBe(200);
  });

  it.each([...headerAttacks, ...claimAttacks, ...textAttacks])(
    '%s is refused, and Postgres is not asked',
    async (_, attack) => {
      const token = attack(loot);
      expect(token).not.toBe(loot.token);
      const before = queries.count;
      const answer = await call('GET', `${server.url}/me`, { token });
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ errorCode: 'WX_SESSION_INVALID', action: 'relogin' });
      expect(queries.count).toBe(before);
    },
  );

  it('presents a session one second after its end is refused as expired', async () => {
    for (const age of [0, 1, 100]) {
      const exp = now() - age;
      const token = signed(loot.header, json(claims(loot.userId, { iat: exp - 7200, exp })));
      const before = queries.count;
      const answer = await call('GET', `${server.url}/me`, { token });
      expect(answer.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_EXPIRED' });
      expect(queries.count).toBe(before);
    }
  });

  it('guesses an epoch, of the past or the future, is refused as revoked', async () => {
    for (const epoch of [1, 2, 2 ** 31 - 1]) {
      const token = signed(loot.header, json(claims(loot.userId, { epoch })));
      const answer = await call('GET', `${server.url}/me`, { token });
      expect(answer.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_REVOKED' });
    }
  });

  it('signs for a user who does not exist is refused as revoked', async () => {
    const token = signed(loot.header, json(claims(randomUUID())));
    const answer = await call('GET', `${server.url}/me`, { token });
    expect(answer.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_REVOKED' });
  });

  it('sends five million dots is refused', async () => {
    const before = queries.count;
    const sessions = server.app.get(SessionsService);
    await expect(sessions.verify('.'.repeat(5_000_000))).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(queries.count).toBe(before);
    // Over HTTP the server of Node does not even take such a header.
    const answer = await call('GET', `${server.url}/me`, { token: '.'.repeat(50_000) });
    expect(answer.status).toBe(431);
  });

  it('flips a bit in any byte is refused, and Postgres is not asked', async () => {
    const sessions = server.app.get(SessionsService);
    const before = queries.count;
    const bytes = Buffer.from(loot.token);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      await expect(sessions.verify(flipped.toString('latin1'))).rejects.toMatchObject({
        errorCode: 'WX_SESSION_INVALID',
      });
    }
    expect(queries.count).toBe(before);
  });

  it('changes a token at random, 10,000 times, is refused with 401', async () => {
    const sessions = server.app.get(SessionsService);
    const before = queries.count;
    const mutation = fc.oneof(
      fc.record({
        at: fc.nat(loot.token.length),
        cut: fc.nat(20),
        put: fc.string({ maxLength: 20 }),
      }),
      fc.record({
        at: fc.nat(loot.token.length - 1),
        cut: fc.constant(1),
        put: fc.constantFrom(...BASE64URL.split(''), '.'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const token = mutations.reduce(
          (text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut),
          loot.token,
        );
        fc.pre(token !== loot.token);
        const error: unknown = await sessions.verify(token).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(WechatAuthError);
        expect(error).toMatchObject({ errorCode: 'WX_SESSION_INVALID', status: 401 });
      }),
      { numRuns: 10_000 },
    );
    expect(queries.count).toBe(before);
  });

  it('sends any text at all as a header is refused with 401', async () => {
    const text = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)),
      minLength: 1,
      maxLength: 200,
    });
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        const answer = await call('GET', `${server.url}/me`, { token });
        expect(answer.status).toBe(401);
      }),
      { numRuns: 200 },
    );
  });

  it('fixes a session before the login gets nothing from it: the id is another, the old one ends', async () => {
    const openid = 'o-fixed';
    const planted = await logIn(server.url, wechat.issueCode({ openid }));
    const fresh = await logIn(server.url, wechat.issueCode({ openid }), { token: planted });
    const sessions = server.app.get(SessionsService);
    await expect(sessions.verify(planted)).rejects.toMatchObject({
      errorCode: 'WX_SESSION_REVOKED',
    });
    const { id } = await sessions.verify(fresh);
    expect(id).not.toBe(
      JSON.parse(Buffer.from(planted.split('.')[1] ?? '', 'base64url').toString()).jti,
    );
  });

  describe('looks for a door beside the guarded one', () => {
    const paths = [
      '/me',
      '/%6De',
      '/m%65',
      '//me',
      '/me/',
      '/me//',
      '/me;x',
      '/me;jsessionid=1',
      '/ME',
      '/Me',
      '/./me',
      '/x/../me',
      '/me%00',
      '/me%2f',
      '/me?',
      '/me?token=x',
      '/me#x',
      '/wechat/..%2fme',
    ];

    it.each(
      ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH'].flatMap((method) =>
        paths.map((path) => [method, path]),
      ),
    )('by %s %s finds none', async (method, path) => {
      const answer = await call(method, server.url + path);
      expect([200, 204, 400, 401, 404]).toContain(answer.status);
      expect(answer.text).not.toContain('openid');
      if (answer.status < 300) expect(method).toBe('OPTIONS');
    });
  });
});
