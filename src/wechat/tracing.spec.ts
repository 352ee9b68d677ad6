import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import * as sentry from '@sentry/core';
import { ServerRuntimeClient } from '@sentry/core/server';
import { LogCapture } from '../../test/support/log-capture.js';
import { recordSpans } from '../../test/support/record-spans.js';
import type { inClientSpan } from './tracing.js';

type InClientSpan = typeof inClientSpan;

const attributes = { 'url.path': '/x' };
const failing = (): Promise<never> => Promise.reject(new Error('no answer'));

/** The packages are looked for once, so each test has a module of its own. */
const load = async (): Promise<InClientSpan> => {
  jest.resetModules();
  return (await import('./tracing.js')).inClientSpan;
};

describe('inClientSpan with OpenTelemetry', () => {
  let exporter: InMemorySpanExporter;

  beforeAll(() => {
    ({ exporter } = recordSpans());
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterEach(() => {
    exporter.reset();
  });
  afterAll(() => {
    trace.disable();
    context.disable();
  });

  it('records one client span, below the span of the caller, with what the work adds', async () => {
    const inClientSpan = await load();
    const parent = trace.getTracer('the app').startSpan('POST /wechat/login');
    const result = await context.with(trace.setSpan(context.active(), parent), () =>
      inClientSpan('GET /x', attributes, (describe) => {
        describe({ 'http.response.status_code': 200 });
        return Promise.resolve('the answer');
      }),
    );
    expect(result).toBe('the answer');
    const [span, ...others] = exporter.getFinishedSpans();
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: 'GET /x',
      kind: SpanKind.CLIENT,
      attributes: { ...attributes, 'http.response.status_code': 200 },
      status: { code: SpanStatusCode.UNSET },
      parentSpanContext: { spanId: parent.spanContext().spanId },
      instrumentationScope: { name: 'nestjs-wechat-auth' },
    });
  });

  it('suppresses the spans of others during the work, and not after it', async () => {
    const inClientSpan = await load();
    const during = await inClientSpan('GET /x', attributes, async () => {
      await Promise.resolve();
      return [isTracingSuppressed(context.active()), trace.getActiveSpan() !== undefined];
    });
    expect(during).toEqual([true, true]);
    expect(isTracingSuppressed(context.active())).toBe(false);
  });

  it('marks the span of work that failed, ends it, and passes the error on', async () => {
    const inClientSpan = await load();
    await expect(inClientSpan('GET /x', attributes, failing)).rejects.toThrow('no answer');
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ status }) => status)).toEqual([{ code: SpanStatusCode.ERROR }]);
    // The message of an error may contain a secret.
    expect(spans.map(({ events }) => events)).toEqual([[]]);
  });
});

describe('inClientSpan with Sentry', () => {
  const isSuppressed = (): Promise<boolean> => Promise.resolve(sentry.isTracingSuppressed());

  afterEach(() => {
    sentry.getCurrentScope().setClient(undefined);
  });

  const startSentry = (): void => {
    const client = new ServerRuntimeClient({
      integrations: [],
      stackParser: () => [],
      transport: () => ({
        send: () => Promise.resolve({}),
        flush: () => Promise.resolve(true),
      }),
    });
    sentry.setCurrentClient(client);
  };

  it('suppresses its spans during the work', async () => {
    startSentry();
    const inClientSpan = await load();
    expect(await inClientSpan('GET /x', attributes, isSuppressed)).toBe(true);
    expect(sentry.isTracingSuppressed()).toBe(false);
  });

  it('changes nothing where it has not been started', async () => {
    const inClientSpan = await load();
    expect(await inClientSpan('GET /x', attributes, isSuppressed)).toBe(false);
  });
});

describe('inClientSpan without a tracer', () => {
  afterEach(() => {
    jest.unstable_unmockModule('@opentelemetry/api');
    jest.unstable_unmockModule('@sentry/core');
  });

  /** Loads the module where the import of each tracer fails like this. */
  const loadWhereImportsFail = async (
    code: string,
  ): Promise<{ inClientSpan: InClientSpan; logger: LogCapture }> => {
    for (const name of ['@opentelemetry/api', '@sentry/core']) {
      jest.unstable_mockModule(name, () => {
        throw Object.assign(new Error(`cannot load ${name}`), { code });
      });
    }
    const inClientSpan = await load();
    const logger = new LogCapture();
    // The Logger of the same registry.
    (await import('@nestjs/common')).Logger.overrideLogger(logger);
    return { inClientSpan, logger };
  };

  it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
    'does the work, without a word, if none is installed: %s',
    async (code) => {
      const { inClientSpan, logger } = await loadWhereImportsFail(code);
      const work = (describe: (more: Record<string, string>) => void): Promise<string> => {
        describe({});
        return Promise.resolve('the answer');
      };
      expect(await inClientSpan('GET /x', attributes, work)).toBe('the answer');
      await expect(inClientSpan('GET /x', attributes, failing)).rejects.toThrow('no answer');
      expect(logger.lines).toEqual([]);
    },
  );

  it('does the work, and warns once, if one is installed and cannot be loaded', async () => {
    const { inClientSpan, logger } = await loadWhereImportsFail('ERR_REQUIRE_ESM');
    for (const answer of ['one', 'two']) {
      expect(await inClientSpan('GET /x', attributes, () => Promise.resolve(answer))).toBe(answer);
    }
    expect(logger.lines).toEqual([
      'warn No tracing of calls to WeChat: cannot load @opentelemetry/api WechatAuth',
      'warn No tracing of calls to WeChat: cannot load @sentry/core WechatAuth',
    ]);
  });
});
