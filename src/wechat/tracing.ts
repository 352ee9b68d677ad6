import { Logger } from '@nestjs/common';
import type * as OpenTelemetry from '@opentelemetry/api';

/** The attributes of a span, without secrets. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

type Describe = (attributes: SpanAttributes) => void;

/** The installed tracers, which record the URL of each request. */
interface Tracers {
  readonly openTelemetry?: typeof OpenTelemetry | undefined;
  readonly sentry?:
    { getClient(): object | undefined; suppressTracing<T>(work: () => T): T } | undefined;
}

/** OpenTelemetry's context key, the same in all packages and versions. */
const SUPPRESS_TRACING = 'OpenTelemetry SDK Context Key SUPPRESS_TRACING';

let tracers: Promise<Tracers> | undefined;

/**
 * Runs a call to WeChat as one client span, without the spans and breadcrumbs of HTTP
 * instrumentation: the URL in them contains the AppSecret, the code or the access token.
 *
 * @param work - may add attributes to the span.
 */
export async function inClientSpan<T>(
  name: string,
  attributes: SpanAttributes,
  work: (describe: Describe) => Promise<T>,
): Promise<T> {
  const { openTelemetry, sentry } = await (tracers ??= load());
  // Sentry 11 and later ignore the context of OpenTelemetry.
  const untraced = (describe: Describe): Promise<T> =>
    sentry?.getClient() ? sentry.suppressTracing(() => work(describe)) : work(describe);
  if (!openTelemetry) return untraced(() => undefined);
  const { context, createContextKey, SpanKind, SpanStatusCode, trace } = openTelemetry;
  const tracer = trace.getTracer('nestjs-wechat-auth');
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes });
  const active = trace.setSpan(context.active(), span);
  const suppressed = active.setValue(createContextKey(SUPPRESS_TRACING), true);
  try {
    return await context.with(suppressed, () => untraced((more) => span.setAttributes(more)));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** Both are optional dependencies. */
const load = async (): Promise<Tracers> => ({
  openTelemetry: await ifInstalled(() => import('@opentelemetry/api')),
  sentry: await ifInstalled(() => import('@sentry/core')),
});

async function ifInstalled<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isAbsent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    if (!isAbsent) new Logger('WechatAuth').warn(`No tracing of calls to WeChat: ${message}`);
    return undefined;
  }
}
