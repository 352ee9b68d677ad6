#!/usr/bin/env node
import { WechatSandbox } from '../wechat-sandbox.js';
import { hints } from './hints.js';
import { HELP, readOptions } from './options.js';

async function main(args: string[]): Promise<void> {
  const { port, apps, help } = readOptions(args);
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const sandbox = await WechatSandbox.start({ port, apps }).catch((error: unknown) => {
    throw explained(error, port);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void sandbox.close());
  process.stdout.write(hints(sandbox.url, apps));
}

function explained(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new Error(`Port ${port} is taken: choose another with --port.`);
  if (code === 'EACCES') return new Error(`Port ${port} is not allowed: choose one above 1023.`);
  return error;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`nestjs-wechat-sandbox: ${(error as Error).message}\n`);
});
