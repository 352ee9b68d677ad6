import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeWechatAuth } from '../../src/index.js';
import { contentSecurityPolicy, setPageHeaders, type Response } from './page.js';

/** Swagger UI has style elements and attributes in its page, and pictures in its style sheet. */
const POLICY = contentSecurityPolicy({ style: `'unsafe-inline'`, img: 'data:' });

/** OpenAPI at `/docs`, as an app of yours would have it. */
export function serveDocs(app: INestApplication): void {
  app.use('/docs', (_: unknown, response: Response, next: () => void) => {
    setPageHeaders(response, POLICY);
    next();
  });
  const config = new DocumentBuilder().setTitle('Demo of nestjs-wechat-auth').build();
  SwaggerModule.setup('docs', app, () =>
    describeWechatAuth(SwaggerModule.createDocument(app, config)),
  );
}
