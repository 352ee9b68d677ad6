import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { platforms } from '../../../test/support/platforms.js';
import { until } from '../../../test/support/until.js';
import { FilesController, leaveUploads } from './support/files.js';
import type { Task } from './support/node-wx.js';
import { startStage, type Phone, type Stage } from './support/stage.js';

const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-transfers-'));
const filePath = join(folder, 'photo.txt');

afterAll(() => rm(folder, { recursive: true }));

describe.each(platforms)('transfers, with an app on $name', (platform) => {
  let stage: Stage;
  let phone: Phone;

  beforeAll(async () => {
    writeFileSync(filePath, 'what the photo shows');
    stage = await startStage(platform, {
      metadata: { controllers: [FilesController] },
      prepare: leaveUploads,
    });
  });
  afterAll(() => stage.close());

  beforeEach(async () => {
    phone = stage.phone();
    await phone.session.login();
    phone.wx.forgetAll();
  });

  const upload = { url: '/files', filePath, name: 'photo', formData: { title: '照片' } };

  it('uploads a file with the content type that wx chooses', async () => {
    const { statusCode, data } = await phone.session.upload(upload);
    const { contentType, body } = JSON.parse(data) as { contentType: string; body: string };
    expect([statusCode, contentType]).toEqual([
      200,
      expect.stringMatching(/^multipart\/form-data; b/),
    ]);
    expect(body).toContain('name="title"\r\n\r\n照片');
    expect(body).toContain('what the photo shows');
  });

  it('uploads again after a login if the session has ended', async () => {
    await stage.end(await phone.session.getToken());
    expect((await phone.session.upload(upload)).statusCode).toBe(200);
    expect([phone.wx.logins, phone.wx.paths]).toEqual([1, ['POST /files', 'POST /files']]);
  });

  it('does not upload again what the server may have processed', async () => {
    const store = { errorCode: 'WX_STORE_UNAVAILABLE', action: 'retry' };
    stage.calls.failing = 1;
    const orders = { ...upload, url: '/orders' };
    await expect(phone.session.upload(orders)).rejects.toMatchObject(store);
    expect(phone.wx.paths).toEqual(['POST /orders']);

    stage.calls.failing = 1;
    expect((await phone.session.upload({ ...orders, replay: true })).statusCode).toBe(200);
    expect(phone.wx.paths).toHaveLength(3);
  });

  it('downloads a file, also if the session has ended', async () => {
    const target = join(folder, 'download');
    for (let times = 0; times < 2; times++) {
      const { statusCode, tempFilePath } = await phone.session.download({
        url: '/files',
        filePath: target,
      });
      expect([statusCode, tempFilePath]).toEqual([200, target]);
      expect(readFileSync(target, 'utf8')).toBe('what the file holds');
      await stage.end(await phone.session.getToken());
    }
    expect(phone.wx.logins).toBe(1);
  });

  it('sends no file to another origin', async () => {
    const elsewhere = `${stage.wechat.url}/sandbox/codes`;
    for (const task of [
      phone.session.upload({ ...upload, url: elsewhere }),
      phone.session.download({ url: elsewhere }),
    ]) {
      await expect(task).rejects.toMatchObject({ errorCode: 'WX_OTHER_ORIGIN' });
    }
    expect(phone.wx.exchanges).toEqual([]);
  });

  it('passes the task to onTask: progress of an upload, headers and chunks of a request', async () => {
    const events: string[] = [];
    await phone.session.upload({
      ...upload,
      onTask: (task: Task) => {
        task.onProgressUpdate(() => events.push('progress'));
      },
    });
    expect(events).toContain('progress');

    const chunks: string[] = [];
    const { data } = await phone.session.request({
      url: '/parts',
      enableChunked: true,
      onTask: (task: Task) => {
        task.onHeadersReceived(() => events.push('headers'));
        task.onChunkReceived((event) => {
          chunks.push(Buffer.from((event as { data: ArrayBuffer }).data).toString());
        });
      },
    });
    expect(events).toContain('headers');
    expect(chunks.length).toBeGreaterThan(1);
    expect([chunks.join(''), data]).toEqual(Array(2).fill('one two three'));
  });

  it('passes the task of each try', async () => {
    await stage.end(await phone.session.getToken());
    const tasks = new Set<unknown>();
    await phone.session.request({ url: '/files', onTask: (task) => tasks.add(task) });
    expect(tasks.size).toBe(2);
  });

  it('ends a request that is aborted', async () => {
    const request = phone.session.request({ url: '/silence' });
    await until(() => phone.wx.exchanges.length > 0);
    request.abort();
    await expect(request).rejects.toMatchObject({ errorCode: 'WX_ABORTED' });
    await until(() => phone.wx.underWay === 0);
    // After the end, abort() has no effect.
    request.abort();
  });

  it('does not send a request that is aborted during the login before it', async () => {
    const fresh = stage.phone();
    const request = fresh.session.request({ url: '/files' });
    request.abort();
    await expect(request).rejects.toMatchObject({ errorCode: 'WX_ABORTED' });
    expect((await fresh.session.request({ url: '/files' })).statusCode).toBe(200);
    expect([fresh.wx.logins, fresh.wx.paths]).toEqual([1, ['GET /files']]);
  });

  it('ends a request that wx aborts, and one whose callback wx never calls', async () => {
    const late = { errorCode: 'WX_REQUEST_FAILED', action: 'retry' };
    const silence = phone.session.request({ url: '/silence', timeout: 100 });
    await expect(silence).rejects.toMatchObject(late);

    let isAborted = false;
    phone.wx.request = () => ({ abort: () => (isAborted = true) }) as unknown as Task;
    const lost = phone.session.request({ url: '/files', timeout: 100 });
    await expect(lost).rejects.toMatchObject({
      ...late,
      message: 'wx.request failed: no answer within 100 ms',
    });
    expect(isAborted).toBe(true);
  });

  it.each(['success', 'fail', 'complete'])('refuses the callback %s', async (name) => {
    const options = { url: '/files', [name]: () => undefined };
    await expect(phone.session.request(options as { url: string })).rejects.toThrow(TypeError);
    expect(phone.wx.exchanges).toEqual([]);
  });
});
