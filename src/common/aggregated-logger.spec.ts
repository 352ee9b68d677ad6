import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LogCapture } from '../../test/support/log-capture.js';
import { AggregatedLogger } from './aggregated-logger.js';

describe('AggregatedLogger', () => {
  let capture: LogCapture;
  let logger: AggregatedLogger;

  beforeEach(() => {
    jest.useFakeTimers();
    capture = new LogCapture();
    Logger.overrideLogger(capture);
    logger = new AggregatedLogger();
  });
  afterEach(() => {
    jest.useRealTimers();
    Logger.overrideLogger(false);
  });

  /** Without the context, and the empty stack of Nest. */
  const lines = (): string[] =>
    capture.lines.map((line) => line.replace(/( undefined)? WechatAuth$/, ''));

  it('prints the first line of each kind at once, at its level', () => {
    logger.error('a', 'line a');
    logger.warn('b', 'line b');
    logger.debug('c', 'line c');
    expect(lines()).toEqual(['error line a', 'warn line b', 'debug line c']);
  });

  it('prints the others after a second as one line, the last, with their count', () => {
    for (let i = 0; i < 10_000; i++) logger.warn('a', `line ${String(i)}`);
    jest.advanceTimersByTime(999);
    expect(lines()).toEqual(['warn line 0']);
    jest.advanceTimersByTime(1);
    expect(lines()).toEqual(['warn line 0', 'warn line 9999 (9999 times in a second)']);
  });

  it('continues with one line a second, and starts again after a second without lines', () => {
    for (let tenth = 0; tenth < 30; tenth++) {
      logger.warn('a', 'line');
      jest.advanceTimersByTime(100);
    }
    expect(lines()).toEqual([
      'warn line',
      'warn line (9 times in a second)',
      ...Array<string>(2).fill('warn line (10 times in a second)'),
    ]);
    jest.advanceTimersByTime(1000);
    logger.warn('a', 'later');
    expect(lines().at(-1)).toBe('warn later');
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(1000);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('prints a second line without a count', () => {
    logger.warn('a', 'one');
    logger.warn('a', 'two');
    jest.advanceTimersByTime(1000);
    expect(lines()).toEqual(['warn one', 'warn two']);
  });

  it('prints the held lines when the app shuts down', () => {
    for (const kind of ['a', 'a', 'a', 'b', 'b']) logger.error(kind, `of ${kind}`);
    logger.onApplicationShutdown();
    expect(lines()).toEqual([
      'error of a',
      'error of b',
      'error of a (2 times in a second)',
      'error of b',
    ]);
    jest.advanceTimersByTime(10_000);
    expect(lines()).toHaveLength(4);
  });

  it('does not keep the process alive', () => {
    jest.useRealTimers();
    const timer = jest.spyOn(globalThis, 'setTimeout');
    logger.warn('a', 'line');
    expect((timer.mock.results[0]?.value as NodeJS.Timeout).hasRef()).toBe(false);
    logger.onApplicationShutdown();
    timer.mockRestore();
  });
});
