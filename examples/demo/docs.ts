import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeWechatAuth } from '../../src/index.js';
import { contentSecurityPolicy, setPageHeaders, type Response } from './page.js';

/** Swagger UI uses style elements and attributes in its page, and images in its style sheet. */
const POLICY = contentSecurityPolicy({ style: `'unsafe-inline'`, img: 'data:' });

/** OpenAPI at `/docs`, as in your own app. */
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
