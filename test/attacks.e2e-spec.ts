import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SessionsService, WechatAuthError } from '../src/index.js';
import type { WechatSandbox } from '../src/testing/index.js';
import { APPID, OTHER_APPID, SECRET, twoApps } from './support/app.js';
import { base64url, claims, hmac, json, ourKey, signed } from './support/forge.js';
import { call, logIn } from './support/http.js';
import { platforms, type ListeningApp } from './support/platforms.js';
import { QueryCount } from './support/query-count.js';
import { useTestServers } from './support/test-servers.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const jwk = JSON.stringify(rsa.publicKey.export({ format: 'jwk' }));

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What an attacker has: the parts of an own valid token, and the id of another user. */
interface Sample {
  readonly userId: string;
  readonly victimId: string;
  readonly token: string;
  readonly header: string;
  readonly payload: string;
  readonly mac: string;
  readonly kid: string;
}

type Attack = [what: string, token: (sample: Sample) => string];

/** Tokens with a valid signature: only the header or the claims are wrong. */
const withHeader = (header: unknown) => (sample: Sample) =>
  signed(typeof header === 'string' ? base64url(header) : json(header), sample.payload);
const withClaims = (more: Record<string, unknown>) => (sample: Sample) =>
  signed(sample.header, json(claims(sample.userId, more)));
const withPayload = (payload: string) => (sample: Sample) =>
  signed(sample.header, base64url(payload));
const ours = (kid: string): object => ({ alg: 'HS256', typ: 'wx-session+jwt', kid });
const show = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
const now = (): number => Math.floor(Date.now() / 1000);

const headerAttacks: Attack[] = [
  ...['none', 'None', 'NONE', 'nOnE', 'NoNe', '', 'null'].map((alg): Attack => [
    `alg "${alg}" with an empty signature`,
    ({ payload, kid }) => `${json({ ...ours(kid), alg })}.${payload}.`,
  ]),
  ['our own header with an empty signature', ({ header, payload }) => `${header}.${payload}.`],
  ['no signature segment', ({ header, payload }) => `${header}.${payload}`],
  ['alg null', ({ kid, ...sample }) => withHeader({ ...ours(kid), alg: null })({ kid, ...sample })],
  ['no alg', (sample) => withHeader({ typ: 'wx-session+jwt', kid: sample.kid })(sample)],
  ...['HS384', 'HS512'].map((alg): Attack => [
    `a signature with ${alg}`,
    ({ payload, kid }) => {
      const input = `${json({ ...ours(kid), alg })}.${payload}`;
      return `${input}.${hmac(input, ourKey(), alg.replace('HS', 'sha'))}`;
    },
  ]),
  [
    'alg RS256 and a signature with an RSA key',
    ({ payload, kid }) => {
      const input = `${json({ ...ours(kid), alg: 'RS256' })}.${payload}`;
      return `${input}.${createSign('RSA-SHA256').update(input).sign(rsa.privateKey, 'base64url')}`;
    },
  ],
  [
    'our own header and a signature with an RSA key',
    ({ header, payload }) => {
      const input = `${header}.${payload}`;
      return `${input}.${createSign('RSA-SHA256').update(input).sign(rsa.privateKey, 'base64url')}`;
    },
  ],
  [
    'a PEM string used as the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from(pem)),
  ],
  [
    'a JWK string used as the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from(jwk)),
  ],
  [
    'an empty string used as the HMAC key',
    ({ header, payload }) =>
      `${header}.${payload}.${createHmac('sha256', '').update(`${header}.${payload}`).digest('base64url')}`,
  ],
  [
    'one byte used as the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from([0])),
  ],
  [
    'the appid used as the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from(APPID)),
  ],
  [
    'the kid used as the HMAC key',
    ({ header, payload, kid }) => signed(header, payload, Buffer.from(kid)),
  ],
  [
    'the AppSecret itself used as the HMAC key',
    ({ header, payload }) => signed(header, payload, Buffer.from(SECRET)),
  ],
  ...['__proto__', 'constructor', 'toString', '../../dev/null', "' OR 1=1 --", '', 'unknown'].map(
    (kid): Attack => [`kid ${JSON.stringify(kid)}`, (sample) => withHeader(ours(kid))(sample)],
  ),
  ['a list as the kid', (sample) => withHeader({ ...ours(sample.kid), kid: [sample.kid] })(sample)],
  ['a number as the kid', (sample) => withHeader({ ...ours(sample.kid), kid: 0 })(sample)],
  ['no kid', (sample) => withHeader({ alg: 'HS256', typ: 'wx-session+jwt' })(sample)],
  [
    'two kid members',
    (sample) =>
      withHeader(`{"alg":"HS256","typ":"wx-session+jwt","kid":"x","kid":"${sample.kid}"}`)(sample),
  ],
  ...['JWT', 'at+jwt', 'WX-SESSION+JWT', ' wx-session+jwt', 'application/wx-session+jwt'].map(
    (typ): Attack => [`typ "${typ}"`, (sample) => withHeader({ ...ours(sample.kid), typ })(sample)],
  ),
  ['no typ', (sample) => withHeader({ alg: 'HS256', kid: sample.kid })(sample)],
  [
    'crit with an unknown name',
    (sample) => withHeader({ ...ours(sample.kid), crit: ['x'], x: 1 })(sample),
  ],
  [
    'crit with b64',
    (sample) => withHeader({ ...ours(sample.kid), crit: ['b64'], b64: false })(sample),
  ],
  [
    'a jwk in the header',
    (sample) => withHeader({ ...ours(sample.kid), jwk: JSON.parse(jwk) as object })(sample),
  ],
  [
    'a jku in the header',
    (sample) => withHeader({ ...ours(sample.kid), jku: 'https://evil.example/jwks' })(sample),
  ],
  [
    'an x5u in the header',
    (sample) => withHeader({ ...ours(sample.kid), x5u: 'https://evil.example/x5c' })(sample),
  ],
  [
    'an x5c in the header',
    (sample) => withHeader({ ...ours(sample.kid), x5c: [base64url(pem)] })(sample),
  ],
  ['zip in the header', (sample) => withHeader({ ...ours(sample.kid), zip: 'DEF' })(sample)],
  [
    'header members in another order',
    ({ kid, ...sample }) =>
      withHeader({ kid, typ: 'wx-session+jwt', alg: 'HS256' })({ kid, ...sample }),
  ],
  ['a space in the header', (sample) => withHeader(`${JSON.stringify(ours(sample.kid))} `)(sample)],
  [
    'an escape sequence in the header',
    (sample) =>
      withHeader(JSON.stringify(ours(sample.kid)).replace('HS256', '\\u0048S256'))(sample),
  ],
  [
    'an encrypted token (JWE)',
    () =>
      `${json({ alg: 'dir', enc: 'A256GCM' })}..${base64url('iv')}.${base64url('x')}.${base64url('t')}`,
  ],
];

const claimAttacks: Attack[] = [
  ...['null', '[]', '[{"sub":"x"}]', '"text"', '42', 'true', '', '{', '{}', 'not json'].map(
    (payload): Attack => [`the payload ${JSON.stringify(payload)}`, withPayload(payload)],
  ),
  [
    'a payload that is not UTF-8',
    (sample) => signed(sample.header, base64url(Buffer.from([0xff, 0xfe]))),
  ],
  ...[
    ['1e400', '1e400'],
    ['a string', '"9999999999"'],
    ['null', 'null'],
    ['a list', '[9999999999]'],
    ['a fraction', '9999999999.5'],
    ['-1', '-1'],
    ['true', 'true'],
  ].map(([what, exp]): Attack => [
    `exp is ${what ?? ''}`,
    ({ header, userId }) =>
      signed(
        header,
        base64url(
          JSON.stringify(claims(userId, { exp: 0 })).replace('"exp":0', `"exp":${exp ?? ''}`),
        ),
      ),
  ]),
  [
    'a lifetime one second longer than configured',
    (sample) => withClaims({ iat: now(), exp: now() + 7201 })(sample),
  ],
  ['no exp', withClaims({ exp: undefined })],
  ['no iat', withClaims({ iat: undefined })],
  ['exp before iat', (sample) => withClaims({ iat: now() + 50, exp: now() + 40 })(sample)],
  ['iat in one hour', (sample) => withClaims({ iat: now() + 3600, exp: now() + 7200 })(sample)],
  ['iat in 62 seconds', (sample) => withClaims({ iat: now() + 62, exp: now() + 100 })(sample)],
  ['nbf in the future', (sample) => withClaims({ nbf: now() + 3600 })(sample)],
  ['nbf in the past', (sample) => withClaims({ nbf: now() - 3600 })(sample)],
  ['an additional claim', withClaims({ admin: true })],
  [
    'a __proto__ claim',
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
  ].map((iss): Attack => [`[M-05] iss is ${show(iss)}`, withClaims({ iss })]),
  ...[OTHER_APPID, 'wx-unknown', '', null, 42, [APPID], [[APPID]], { aud: APPID }, undefined].map(
    (aud): Attack => [`[M-05] aud is ${show(aud)}`, withClaims({ aud })],
  ),
  ...['', 'x', 42, null, ["'"], "' OR true --", '*', undefined].map((sub): Attack => [
    `sub is ${show(sub)}`,
    withClaims({ sub }),
  ]),
  ['sub in upper case', (sample) => withClaims({ sub: sample.userId.toUpperCase() })(sample)],
  ['sub with a space at its end', (sample) => withClaims({ sub: `${sample.userId} ` })(sample)],
  ...['', 'x', 42, null, [randomUUID()], randomUUID().toUpperCase(), undefined].map(
    (jti): Attack => [`jti is ${show(jti)}`, withClaims({ jti })],
  ),
  ...['0', -1, 0.5, null, [0], true, 1e21, 2 ** 31, 2 ** 53 - 1, undefined].map((epoch): Attack => [
    `epoch is ${show(epoch)}`,
    withClaims({ epoch }),
  ]),
  ['[M-05] aud of another app, signed with the key of this app', withClaims({ aud: OTHER_APPID })],
  [
    '[M-05] aud of this app, signed with the key of another app',
    (sample) => signed(sample.header, sample.payload, ourKey(OTHER_APPID)),
  ],
  [
    '[M-05] a JWT signed with the AppSecret for another purpose',
    (sample) => {
      const header = json({ alg: 'HS256', typ: 'JWT' });
      return signed(header, json(claims(sample.userId)), Buffer.from(SECRET));
    },
  ],
];

const textAttacks: Attack[] = [
  ['a MAC without its last character', ({ token }) => token.slice(0, -1)],
  ['half a MAC', ({ token }) => token.slice(0, -21)],
  ['a MAC with one more character', ({ token }) => `${token}A`],
  ['a MAC with padding', ({ token }) => `${token}=`],
  ['one more segment, empty', ({ token }) => `${token}.`],
  ['one more segment', ({ token }) => `${token}.x`],
  ['an empty segment in front', ({ token }) => `.${token}`],
  ['no payload', ({ header, mac }) => `${header}..${mac}`],
  [
    '[M-02] the payload of another user under the MAC of this token',
    ({ header, mac, victimId }) => `${header}.${json(claims(victimId))}.${mac}`,
  ],
  [
    'a MAC in base64 instead of base64url',
    ({ header, payload }) => {
      // A payload whose MAC contains - or _.
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
    'a MAC with its unused bits set',
    ({ header, payload, mac }) => {
      const last = BASE64URL.indexOf(mac.at(-1) ?? '');
      return `${header}.${payload}.${mac.slice(0, -1)}${BASE64URL[last | 1] ?? ''}`;
    },
  ],
  [
    'a payload in base64 that is not canonical',
    ({ header, userId }) => {
      const payload = json(claims(userId));
      return signed(
        header,
        `${payload.replace(/=*$/, '')}${payload.length % 4 === 0 ? '=' : '=='}`,
      );
    },
  ],
  [
    'the JSON serialisation of a JWS',
    ({ header, payload, mac }) => JSON.stringify({ protected: header, payload, signature: mac }),
  ],
  ['2,000 dots', () => '.'.repeat(2000)],
  ['three dots', () => '...'],
  ['2,049 characters', ({ token }) => token + 'A'.repeat(2049 - token.length)],
  ['10,000 characters', ({ token }) => token + 'A'.repeat(10_000)],
  ['three segments that are not base64url of JSON', () => 'ⅷ.ⅷ.ⅷ'.normalize('NFKD')],
  ['two tokens with a comma between them', ({ token }) => `${token},${token}`],
  ['a percent-encoded dot', ({ token }) => token.replace('.', '%2E')],
];

describe.each(platforms)('attacks over $name', (platform) => {
  const servers = useTestServers();
  let wechat: WechatSandbox;
  let server: ListeningApp;
  let sample: Sample;
  const queries = new QueryCount();

  beforeAll(async () => {
    ({ wechat, server } = await servers.all({
      platform,
      options: twoApps,
      typeOrm: { logger: queries, logging: ['query'] } as never,
    }));
    const token = await logIn(server.url, wechat.issueCode());
    const victim = await server.app
      .get(SessionsService)
      .verify(await logIn(server.url, wechat.issueCode()));
    const { userId } = await server.app.get(SessionsService).verify(token);
    const [header = '', payload = '', mac = ''] = token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    sample = { userId, victimId: victim.userId, token, header, payload, mac, kid };
  });

  it('a token signed as ours is accepted, so each attack below fails only for its own reason', async () => {
    const token = signed(sample.header, json(claims(sample.userId)));
    expect((await call('GET', `${server.url}/me`, { token })).status).toBe(200);
    const early = signed(sample.header, json(claims(sample.userId, { iat: now() + 55 })));
    expect((await call('GET', `${server.url}/me`, { token: early })).status).toBe(200);
  });

  describe.each([
    ['[M-01] with a wrong header', headerAttacks],
    ['[M-04] with wrong claims', claimAttacks],
    ['[M-03] in a wrong format', textAttacks],
  ])('a token %s', (_what, attacks) => {
    it.each(attacks)('[M-06] %s: refused without a query to Postgres', async (_, attack) => {
      const token = attack(sample);
      expect(token).not.toBe(sample.token);
      const before = queries.count;
      const answer = await call('GET', `${server.url}/me`, { token });
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ errorCode: 'WX_SESSION_INVALID', action: 'relogin' });
      expect(queries.count).toBe(before);
    });
  });

  it('[M-04] an expired session is refused as WX_SESSION_EXPIRED, without a query to Postgres', async () => {
    for (const age of [0, 1, 100]) {
      const exp = now() - age;
      const token = signed(sample.header, json(claims(sample.userId, { iat: exp - 7200, exp })));
      const before = queries.count;
      const answer = await call('GET', `${server.url}/me`, { token });
      expect(answer.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_EXPIRED' });
      expect(queries.count).toBe(before);
    }
  });

  it('[M-08] a signed token with a wrong session epoch is refused as WX_SESSION_REVOKED', async () => {
    for (const epoch of [1, 2, 2 ** 31 - 1]) {
      const token = signed(sample.header, json(claims(sample.userId, { epoch })));
      const answer = await call('GET', `${server.url}/me`, { token });
      expect(answer.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_REVOKED' });
    }
  });

  it('[M-07] a signed token for a user that does not exist is refused as WX_SESSION_REVOKED', async () => {
    const token = signed(sample.header, json(claims(randomUUID())));
    const answer = await call('GET', `${server.url}/me`, { token });
    expect(answer.body).toMatchObject({ statusCode: 401, errorCode: 'WX_SESSION_REVOKED' });
  });

  it('[M-03] a token of five million dots is refused without a query to Postgres', async () => {
    const before = queries.count;
    const sessions = server.app.get(SessionsService);
    await expect(sessions.verify('.'.repeat(5_000_000))).rejects.toMatchObject({
      errorCode: 'WX_SESSION_INVALID',
    });
    expect(queries.count).toBe(before);
    // Over HTTP, Node refuses a header of this size.
    const answer = await call('GET', `${server.url}/me`, { token: '.'.repeat(50_000) });
    expect(answer.status).toBe(431);
  });

  it('[M-02] a token with any one bit flipped is refused without a query to Postgres', async () => {
    const sessions = server.app.get(SessionsService);
    const before = queries.count;
    const bytes = Buffer.from(sample.token);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      await expect(sessions.verify(flipped.toString('latin1'))).rejects.toMatchObject({
        errorCode: 'WX_SESSION_INVALID',
      });
    }
    expect(queries.count).toBe(before);
  });

  it('[M-02] 10,000 random changes of a token are all refused, without a query to Postgres', async () => {
    const sessions = server.app.get(SessionsService);
    const before = queries.count;
    const mutation = fc.oneof(
      fc.record({
        at: fc.nat(sample.token.length),
        cut: fc.nat(20),
        put: fc.string({ maxLength: 20 }),
      }),
      fc.record({
        at: fc.nat(sample.token.length - 1),
        cut: fc.constant(1),
        put: fc.constantFrom(...BASE64URL.split(''), '.'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const token = mutations.reduce(
          (text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut),
          sample.token,
        );
        fc.pre(token !== sample.token);
        const error: unknown = await sessions.verify(token).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(WechatAuthError);
        expect(error).toMatchObject({ errorCode: 'WX_SESSION_INVALID', status: 401 });
      }),
      { numRuns: 10_000 },
    );
    expect(queries.count).toBe(before);
  });

  it('[M-03] any printable string as a token is refused with 401', async () => {
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

  it('[M-09] a login with the session of an attacker starts another session and ends that one', async () => {
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

  describe('[M-12] another spelling of a guarded path', () => {
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
    )('%s %s does not reach the handler', async (method, path) => {
      const answer = await call(method, server.url + path);
      expect([200, 204, 400, 401, 404]).toContain(answer.status);
      expect(answer.text).not.toContain('openid');
      if (answer.status < 300) expect(method).toBe('OPTIONS');
    });
  });
});
