import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('the options of nestjs-wechat-sandbox', () => {
  it.each([
    [[], { port: 3001, apps: undefined, help: false }],
    [['--port=0'], { port: 0, apps: undefined, help: false }],
    [['--port', '65535', '--help'], { port: 65_535, apps: undefined, help: true }],
    [
      ['--app', 'wx-a:of:a', '--app=wx-b:of-b'],
      {
        port: 3001,
        apps: [
          { appid: 'wx-a', secret: 'of:a' },
          { appid: 'wx-b', secret: 'of-b' },
        ],
        help: false,
      },
    ],
  ])('are read from %j', (args, options) => {
    expect(readOptions(args)).toEqual(options);
  });

  it.each([
    [['--port', 'many'], '--port must be'],
    [['--port', '65536'], '--port must be'],
    [['--port', '-1'], "Option '--port' argument is ambiguous. See --help."],
    [['--port', ''], '--port must be'],
    [['--port'], "Option '--port <value>' argument missing. See --help."],
    [['--app', 'wx-a'], '--app must be'],
    [['--app', 'wx-a:'], '--app must be'],
    [['--app', ':secret'], '--app must be'],
    [['--app', 'wx-a:one,two'], '--app must be'],
    [['--host', '0.0.0.0'], "Unknown option '--host'. See --help."],
    [['start'], "Unexpected argument 'start'. See --help."],
  ])('are refused as %j', (args, reason) => {
    expect(() => readOptions(args)).toThrow(reason);
  });
});
