import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeWechatAuth } from '../../src/index.js';

/** OpenAPI at `/docs`, as an app of yours would have it. */
export function serveDocs(app: INestApplication): void {
  const config = new DocumentBuilder().setTitle('Demo of nestjs-wechat-auth').build();
  SwaggerModule.setup('docs', app, () =>
    describeWechatAuth(SwaggerModule.createDocument(app, config)),
  );
}
