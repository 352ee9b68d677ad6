import { posix } from 'node:path';
import { createContext, runInContext, type Context } from 'node:vm';

type Handler = (this: unknown, ...args: unknown[]) => unknown;
type Options = Record<string, unknown> & {
  data?: Record<string, unknown>;
  methods?: Record<string, Handler>;
  lifetimes?: Record<string, Handler>;
  properties?: Record<string, { value?: unknown }>;
};

/** A page in WeChat's runtime. */
export interface Page {
  readonly data: Record<string, unknown>;
  /** Calls the method of the page with this name. */
  call(name: string, ...args: unknown[]): unknown;
}

/** Runs the files that a tool has built, with the globals of WeChat's runtime and `wx`. */
export class MiniProgram {
  private readonly modules = new Map<string, { exports: unknown }>();
  private readonly context: Context;
  private registered: Options = {};
  private app: unknown;

  constructor(
    private readonly files: ReadonlyMap<string, string>,
    wx: object,
  ) {
    const globals = {
      wx,
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
      console,
      App: (app: Options) => {
        this.app = app;
        (app.onLaunch as Handler | undefined)?.call(app, {});
      },
      Page: (options: Options) => (this.registered = options),
      Component: (options: Options) => (this.registered = options),
      Behavior: (options: Options) => options,
      getApp: () => this.app,
      getCurrentPages: () => [],
    };
    this.context = createContext(globals);
    runInContext('globalThis.global = globalThis', this.context);
    this.require('app.js');
  }

  /** Opens a page and waits until it is shown. */
  open(path: string): Page {
    this.require(`${path}.js`);
    const { data = {}, methods = {}, lifetimes = {}, properties = {}, ...rest } = this.registered;
    const values = Object.entries(properties).map(([name, each]) => [name, each.value] as const);
    const page = Object.assign({ route: path, __wxWebviewId__: 1 }, rest, methods, {
      data: { ...data },
      properties: Object.fromEntries(values),
      triggerEvent: () => undefined,
      selectAllComponents: () => [],
      setData: (changes: Record<string, unknown>, done?: () => void) => {
        Object.assign(page.data, changes);
        done?.();
      },
    });
    const call = (name: string, ...args: unknown[]): unknown => {
      const handler = lifetimes[name] ?? (page as Record<string, unknown>)[name];
      return typeof handler === 'function' ? (handler as Handler).apply(page, args) : undefined;
    };
    for (const name of ['created', 'attached', 'onLoad', 'onShow', 'ready', 'onReady'])
      call(name, {});
    return { data: page.data, call };
  }

  private require(path: string): unknown {
    const known = this.modules.get(path);
    if (known) return known.exports;
    const code = this.files.get(path);
    if (code === undefined) throw new Error(`module '${path}' is not defined`);
    const module = { exports: {} as unknown };
    this.modules.set(path, module);
    const run = runInContext(`(function (require, module, exports) {${code}\n})`, this.context, {
      filename: path,
    }) as Handler;
    run.call(
      undefined,
      (name: string) => this.require(this.resolve(path, name)),
      module,
      module.exports,
    );
    return module.exports;
  }

  /** As the runtime does: relative to the file, from the root, or a packed npm package. */
  private resolve(from: string, name: string): string {
    const path = posix.join(name.startsWith('.') ? posix.dirname(from) : '', name);
    const places = [path, `${path}.js`, `miniprogram_npm/${name}/index.js`];
    return places.find((place) => this.files.has(place)) ?? path;
  }
}
