import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { build } from 'esbuild';

export interface Response {
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page at `/`, and the mini program's client, bundled as it is for a mini program. */
export async function servePage(
  app: NestExpressApplication,
  sandboxUrl: string | undefined,
): Promise<void> {
  const client = await bundleClient();
  const setHeaders = (response: Response): void => {
    setPageHeaders(response, contentSecurityPolicy({ connect: sandboxUrl ?? '' }));
  };
  app.useStaticAssets(here('page'), { setHeaders });
  app.use('/miniprogram.js', (_: unknown, response: Response) => {
    setHeaders(response);
    response.setHeader('Content-Type', 'text/javascript; charset=utf-8');
    response.end(client);
  });
}

/** As `npm run build` does, from the sources or from what became of them. */
async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('../../packages/miniprogram/src/index')],
    bundle: true,
    format: 'esm',
    target: 'es2017',
    platform: 'neutral',
    charset: 'utf8',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

export function setPageHeaders(response: Response, policy: string): void {
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/** Everything comes from this server, but for what is named here. */
export const contentSecurityPolicy = (also: {
  connect?: string;
  style?: string;
  img?: string;
}): string =>
  [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' ${also.style ?? ''}`.trim(),
    `img-src 'self' ${also.img ?? ''}`.trim(),
    `connect-src 'self' ${also.connect ?? ''}`.trim(),
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
