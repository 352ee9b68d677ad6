import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxFault } from './sandbox-faults.js';
import type { SandboxUserData } from './sandbox-user-data.js';
import type { SandboxPhone, SandboxUser } from './sandbox.types.js';

const MAX_BODY = 16 * 1024;

/** The methods of the sandbox that are available over HTTP. */
export interface SandboxControls {
  issueCode(user: SandboxUser): string;
  issuePhoneCode(phone: SandboxPhone): string;
  encryptUserData(openid: string, data: object, appid?: string): SandboxUserData;
  expireAccessTokens(): void;
  fail(fault: SandboxFault, times?: number): void;
}

/** `POST /sandbox/…`: the sandbox over HTTP, for curl and for a page in a browser. */
export async function control(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  sandbox: SandboxControls,
): Promise<void> {
  const action = Object.hasOwn(ACTIONS, path) ? ACTIONS[path] : undefined;
  if (action === undefined) {
    answer(response, 404, { message: `There is ${Object.keys(ACTIONS).join(', ')}.` });
    return;
  }
  if (request.method === 'OPTIONS') {
    answer(response, 204);
    return;
  }
  if (request.method !== 'POST') {
    answer(response, 405, { message: 'Use POST.' });
    return;
  }
  try {
    const [status, body] = action(sandbox, await readBody(request));
    answer(response, status, body);
  } catch (error) {
    const status = error instanceof TooLarge ? 413 : 400;
    answer(response, status, { message: error instanceof Error ? error.message : String(error) });
  }
}

type Body = Record<string, unknown>;

const ACTIONS: Partial<
  Record<string, (sandbox: SandboxControls, body: Body) => [number, object?]>
> = {
  '/sandbox/codes': (sandbox, body) => [
    200,
    {
      code: sandbox.issueCode({
        openid: text(body, 'openid'),
        unionid: text(body, 'unionid'),
        appid: text(body, 'appid'),
      }),
    },
  ],
  '/sandbox/phone-codes': (sandbox, body) => [
    200,
    {
      code: sandbox.issuePhoneCode({
        openid: required(body, 'openid'),
        phoneNumber: text(body, 'phoneNumber'),
        countryCode: text(body, 'countryCode'),
        appid: text(body, 'appid'),
      }),
    },
  ],
  '/sandbox/user-data': (sandbox, body) => {
    const { data } = body;
    if (typeof data !== 'object' || data === null) throw new TypeError('data must be an object.');
    return [200, sandbox.encryptUserData(required(body, 'openid'), data, text(body, 'appid'))];
  },
  '/sandbox/expired-access-tokens': (sandbox) => {
    sandbox.expireAccessTokens();
    return [204];
  },
  '/sandbox/faults': (sandbox, { fault, times }) => {
    // fail() checks both.
    sandbox.fail(fault as SandboxFault, times as number | undefined);
    return [204];
  },
};

function text(body: Body, name: string): string | undefined {
  const value = body[name];
  if (
    value === undefined ||
    (typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,128}$/u.test(value))
  ) {
    return value;
  }
  throw new TypeError(`${name} must be a string of 1 to 128 characters.`);
}

function required(body: Body, name: string): string {
  const value = text(body, name);
  if (value === undefined) throw new TypeError(`${name} is missing.`);
  return value;
}

class TooLarge extends Error {}

/** The JSON object of a request; empty if there is no body. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) throw new TooLarge('The body is larger than 16 KiB.');
    chunks.push(chunk);
  }
  if (length === 0) return {};
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body;
  throw new TypeError('The body must be a JSON object.');
}

export function answer(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(body && JSON.stringify(body));
}
