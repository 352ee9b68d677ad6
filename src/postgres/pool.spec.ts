import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Connection } from './connection.js';
import { Pool } from './pool.js';

/** The part of a connection of `pg` that the pool uses. */
const newConnection = (isPg = true): EventEmitter & Connection =>
  Object.assign(new EventEmitter(), isPg && { processID: 1 }) as unknown as EventEmitter &
    Connection;

/** The class that the app's pool creates its connections with. */
class Client {
  constructor(readonly options: { connectionTimeoutMillis?: number; host?: string }) {}
}

describe('Pool', () => {
  it.each([
    [undefined, 8000],
    [0, 8000],
    [3000, 3000],
    [8000, 8000],
    [60_000, 8000],
  ])('limits a connectionTimeoutMillis of %p to %i', (given, bounded) => {
    const host = Object.assign(new EventEmitter(), { Client });
    new Pool().prepare(host);
    const options = { host: 'db', ...(given !== undefined && { connectionTimeoutMillis: given }) };
    expect(new host.Client(options)).toMatchObject({
      options: { host: 'db', connectionTimeoutMillis: bounded },
    });
    const NoOptions = host.Client as unknown as new () => Client;
    expect(new NoOptions().options).toEqual({ connectionTimeoutMillis: 8000 });
  });

  it('is prepared once', () => {
    const host = Object.assign(new EventEmitter(), { Client });
    const pool = new Pool();
    pool.prepare(host);
    const Prepared = host.Client;
    pool.prepare(host);
    expect(host.Client).toBe(Prepared);
    expect(host.listenerCount('connect')).toBe(1);
    // A DataSource that was closed and opened has another pool.
    const next = Object.assign(new EventEmitter(), { Client });
    pool.prepare(next);
    expect(next.Client).not.toBe(Client);
  });

  it('prevents an error of a new connection from ending the process', () => {
    const host = Object.assign(new EventEmitter(), { Client });
    new Pool().prepare(host);
    const connection = newConnection();
    host.emit('connect', connection);
    expect(() => connection.emit('error', new Error('57P01'))).not.toThrow();
  });

  it('has the size of the pool of the app, and 10 if that is unknown', () => {
    const pool = new Pool();
    expect(pool.size).toBe(10);
    pool.prepare({});
    expect(pool.size).toBe(10);
    pool.prepare({ options: { max: 3 } });
    expect(pool.size).toBe(3);
  });

  describe('after a statement got no answer', () => {
    it('suspects the connections that have not worked since it was sent', () => {
      const [pool, host] = [new Pool(), new EventEmitter()];
      pool.prepare(host);
      const [idle, busy] = [newConnection(), newConnection()];
      host.emit('connect', idle);
      expect(pool.mayHang(idle)).toBe(false);
      const sentAt = performance.now() + 1;
      pool.hasHung(sentAt);
      expect(pool.mayHang(idle)).toBe(true);
      while (performance.now() <= sentAt);
      pool.hasWorked(busy);
      expect(pool.mayHang(busy)).toBe(false);
      // An older one changes nothing.
      pool.hasHung(sentAt - 1000);
      expect(pool.mayHang(idle)).toBe(true);
      pool.hasWorked(idle);
      expect(pool.mayHang(idle)).toBe(false);
    });

    it('suspects an unknown connection of pg', () => {
      const pool = new Pool();
      expect(pool.mayHang(newConnection())).toBe(false);
      pool.hasHung(0);
      expect(pool.mayHang(newConnection())).toBe(true);
      expect(pool.mayHang(newConnection(false))).toBe(false);
    });
  });
});
