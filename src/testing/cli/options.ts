import { parseArgs } from 'node:util';
import type { SandboxApp } from '../sandbox.types.js';

export const HELP = `Usage: nestjs-wechat-sandbox [--port 3001] [--app appid:secret]...

Starts a server in place of WeChat on this machine, for development without an AppID.

  --port <port>         the port on 127.0.0.1; 0 for any free one (default: 3001)
  --app <appid:secret>  a mini program that the server knows, with an invented AppSecret; may be
                        given several times (default: every appid with every AppSecret)
  --help                prints this text
`;

/** The options of the command. */
export interface CliOptions {
  readonly port: number;
  /** `undefined` for any app. */
  readonly apps: readonly SandboxApp[] | undefined;
  readonly help: boolean;
}

/** @throws `Error` with one line that says what is wrong. */
export function readOptions(args: string[]): CliOptions {
  const { port, app, help } = parse(args);
  return { port: readPort(port), apps: app?.map(readApp), help };
}

function parse(args: string[]) {
  const options = {
    port: { type: 'string', default: '3001' },
    app: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (cause) {
    // The sentences after the first one do not apply to this command.
    const [reason = ''] = (cause as Error).message.split(/\.\s/);
    throw new TypeError(`${reason}. See --help.`, { cause });
  }
}

function readPort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new RangeError('--port must be a whole number from 0 to 65535.');
}

function readApp(text: string): SandboxApp {
  const [, appid, secret] = /^([\w-]{1,64}):([\x21-\x2b\x2d-\x7e]{1,256})$/.exec(text) ?? [];
  if (appid !== undefined && secret !== undefined) return { appid, secret };
  throw new RangeError(
    '--app must be appid:secret, such as wx0000000000000001:an-invented-secret-of-32-letters.',
  );
}
