import { createRequire } from 'node:module';
import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import * as Sentry from '@sentry/node';
import { recordSpans } from './record-spans.js';

/** Starts tracing, and returns a function that returns the records. */
export type Tracer = () => () => Promise<unknown[]>;

/** The set-up of an app before its other imports. */
export const tracers = {
  opentelemetry: () => {
    const { provider, exporter } = recordSpans();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    new HttpInstrumentation().setTracerProvider(provider);
    // It patches the module when it is required.
    createRequire(import.meta.url)('node:http');
    return async () => {
      await provider.forceFlush();
      return exporter.getFinishedSpans().map(({ name, kind, attributes, status, events }) => ({
        name,
        kind,
        attributes,
        status,
        events,
      }));
    };
  },
  sentry: () => startSentry(false),
  'sentry on opentelemetry': () => startSentry(true),
} satisfies Record<string, Tracer>;

function startSentry(enableOpenTelemetrySetup: boolean): ReturnType<Tracer> {
  const recorded: unknown[] = [];
  Sentry.init({
    dsn: 'http://key@127.0.0.1/1',
    tracesSampleRate: 1,
    enableOpenTelemetrySetup,
    // By default it records what clients send to the app, including codes of wx.login.
    dataCollection: { httpBodies: [] },
    beforeBreadcrumb: (breadcrumb) => (recorded.push(breadcrumb), breadcrumb),
    transport: () => ({
      send: (envelope) => (recorded.push(envelope), Promise.resolve({})),
      flush: () => Promise.resolve(true),
    }),
  });
  return async () => {
    await Sentry.flush();
    return recorded;
  };
}
