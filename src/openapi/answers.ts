import { STATUS_CODES } from 'node:http';
import { errorRow, ERRORS, type WechatAuthErrorCode } from '../errors/error-codes.js';
import { challengeOf } from '../errors/error-headers.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';

type Json = Record<string, unknown>;

const ACTIONS = [...new Set(Object.values(ERRORS).map(({ action }) => action))];
const ISO_8601 = { type: 'string', format: 'date-time' };
const USER_ID = {
  type: 'string',
  format: 'uuid',
  description: "Our id of the user, not WeChat's.",
};
const EXPIRES_IN = { type: 'integer', description: 'Seconds until the session expires.' };

const object = (properties: Json): Json => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});

/** The bodies, by name under `components.schemas`. */
export const SCHEMAS = {
  WechatAuthLogin: object({
    token: { type: 'string', description: 'For `Authorization: Bearer <token>`.' },
    tokenType: { type: 'string', enum: ['Bearer'] },
    expiresIn: EXPIRES_IN,
    expiresAt: ISO_8601,
    userId: USER_ID,
    isNewUser: { type: 'boolean', description: 'Whether this login created the user.' },
  }),
  WechatAuthSession: object({
    userId: USER_ID,
    appid: { type: 'string', description: 'The mini program the session was issued for.' },
    issuedAt: ISO_8601,
    expiresAt: ISO_8601,
  }),
  WechatAuthError: object({
    statusCode: { type: 'integer' },
    error: { type: 'string', description: 'The reason phrase of the status.' },
    message: { type: 'string', description: 'For developers: it may change.' },
    errorCode: {
      type: 'string',
      enum: Object.keys(ERRORS),
      description: 'Stable: compare this one, not the message.',
    },
    action: {
      type: 'string',
      enum: ACTIONS,
      description:
        '`fix-request`: the request is wrong. `relogin`: call wx.login and log in again. `retry`: wait for Retry-After, then send it again; a login with a fresh code. `blocked` and `config`: do not retry.',
    },
  }),
} satisfies Json;

const schemaOf = (name: keyof typeof SCHEMAS): Json => ({ $ref: `#/components/schemas/${name}` });

const json = (schema: Json, examples?: Json): Json => ({
  content: { 'application/json': { schema, ...(examples && { examples }) } },
});

const NO_STORE = {
  'Cache-Control': {
    description: 'No cache may store the response.',
    schema: { type: 'string', enum: ['no-store'] },
  },
};

export const success = (description: string, body?: keyof typeof SCHEMAS): Json => ({
  description,
  headers: NO_STORE,
  ...(body && json(schemaOf(body))),
});

/** The error responses, by status. */
export function failures(codes: readonly WechatAuthErrorCode[]): Json {
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      failure(
        status,
        codes.filter((code) => ERRORS[code].status === status),
      ),
    ]),
  );
}

function failure(status: number, codes: readonly WechatAuthErrorCode[]): Json {
  const rows = codes.map((code) => `- \`${code}\`: ${ERRORS[code].message}`);
  return {
    description: [STATUS_CODES[status] ?? 'Error', '', ...rows].join('\n'),
    headers: { ...NO_STORE, ...errorHeaders(codes), ...failureHeaders(status, codes) },
    ...json(
      {
        allOf: [
          schemaOf('WechatAuthError'),
          {
            type: 'object',
            properties: {
              statusCode: { type: 'integer', enum: [status] },
              errorCode: { type: 'string', enum: codes },
            },
          },
        ],
      },
      Object.fromEntries(
        codes.map((code) => [code, { value: new WechatAuthError(code).getResponse() }]),
      ),
    ),
  };
}

const errorHeaders = (codes: readonly WechatAuthErrorCode[]): Json => ({
  'Wx-Error': { description: 'The errorCode.', schema: { type: 'string', enum: codes } },
  'Wx-Action': { description: 'The action.', schema: { type: 'string', enum: ACTIONS } },
});

function failureHeaders(status: number, codes: readonly WechatAuthErrorCode[]): Json {
  if (status === 401) {
    const challenges = [...new Set(codes.map(challengeOf))];
    return { 'WWW-Authenticate': { schema: { type: 'string', enum: challenges } } };
  }
  const mayWait = codes.some((code) => errorRow(code).retryAfter !== undefined);
  return mayWait
    ? { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } }
    : {};
}
