import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../../test/support/until.js';
import { copyProject, install, pointAt, removeFolders } from './support/install.js';
import { PATIENCE_MS, phoneOf, startDemoServer, type DemoServer } from './support/stage.js';

interface Rendered {
  attach(parent: unknown): void;
  querySelector(selector: string): {
    dispatchEvent(name: string): void;
    dom: { textContent: string };
  };
}
interface Simulate {
  load(path: string, options: object): string;
  render(id: string): Rendered;
}

const project = await install(
  { devDependencies: { jsdom: '^22', 'miniprogram-simulate': '^1.6.2' } },
  copyProject('component'),
);

(project === undefined ? describe.skip : describe)('a component in miniprogram-simulate', () => {
  const folder = String(project);
  let demo: DemoServer;

  beforeAll(async () => {
    demo = await startDemoServer();
  });
  afterAll(async () => {
    await demo.stop();
    await removeFolders();
  });

  it('logs in when it is tapped, and shows who is logged in', async () => {
    pointAt(demo.url, join(folder, 'session.js'));
    const require = createRequire(join(folder, 'index.js'));
    const { JSDOM } = require('jsdom') as {
      JSDOM: new (html: string) => { window: Window & typeof globalThis };
    };
    const { window } = new JSDOM('<body></body>');
    const { document, Event, CustomEvent } = window;
    Object.assign(globalThis, { window, document, Event, CustomEvent });
    const simulate = require('miniprogram-simulate') as Simulate;
    const wx = phoneOf(demo, 'o-simulate');
    Object.assign(globalThis, { wx: wx.wrapped() });

    const component = simulate.render(
      simulate.load(join(folder, 'index'), { compiler: 'simulate' }),
    );
    component.attach(window.document.body);
    component.querySelector('.user').dispatchEvent('tap');
    const shown = (): string => component.querySelector('.user').dom.textContent;
    await until(() => shown() !== '', PATIENCE_MS);
    expect(shown()).toMatch(/^[\da-f-]{36}$/);
    expect(wx.logins).toBe(1);
  });
});
