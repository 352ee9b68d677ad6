import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Post, Req, StreamableFile, UseGuards } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { WxSessionGuard } from '../../../../src/index.js';

type Incoming = Readable & { body?: unknown; headers: Record<string, string> };

/** Guarded routes that receive and send files, and respond in parts, or never. */
@Controller()
@UseGuards(WxSessionGuard)
export class FilesController {
  @Post('files')
  @HttpCode(200)
  async take(@Req() request: Incoming): Promise<object> {
    const stream = request.body instanceof Readable ? request.body : request;
    const chunks = (await stream.toArray()) as Buffer[];
    const contentType = request.headers['content-type'] ?? '';
    return { contentType, body: Buffer.concat(chunks).toString() };
  }

  @Get('files')
  give(): StreamableFile {
    return new StreamableFile(Buffer.from('what the file holds'));
  }

  @Get('parts')
  parts(): StreamableFile {
    return new StreamableFile(Readable.from(parts()));
  }

  @Get('silence')
  silence(): Promise<void> {
    return new Promise(() => undefined);
  }
}

async function* parts(): AsyncGenerator<Buffer> {
  for (const part of ['one ', 'two ', 'three']) {
    yield Buffer.from(part);
    await new Promise((passed) => setTimeout(passed, 50));
  }
}

interface Fastify {
  addContentTypeParser?: (type: string, parse: (...all: unknown[]) => void) => void;
}

/** Express leaves such bodies to the handler; Fastify needs a parser. */
export function leaveUploads(app: INestApplication): void {
  const instance = app.getHttpAdapter().getInstance() as Fastify;
  instance.addContentTypeParser?.('multipart/form-data', (_, payload, done) => {
    (done as (error: null, body: unknown) => void)(null, payload);
  });
}
