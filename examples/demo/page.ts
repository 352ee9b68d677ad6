import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';

export interface Response {
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page at `/`, and the built client for the mini program. */
export async function servePage(
  app: NestExpressApplication,
  sandboxUrl: string | undefined,
): Promise<void> {
  const client = await buildClient();
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

interface ClientBundle {
  readonly bundled: () => Promise<string>;
  readonly minified: (source: string) => Promise<string>;
}

/** `dist/index.js` of nestjs-wechat-auth-miniprogram. */
export async function buildClient(): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const manifest = pathToFileURL(resolve('nestjs-wechat-auth-miniprogram/package.json'));
  const { href } = new URL('bundle.js', manifest);
  const { bundled, minified } = (await import(href)) as ClientBundle;
  return minified(await bundled());
}

export function setPageHeaders(response: Response, policy: string): void {
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/** Everything comes from this server, except what is listed here. */
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
