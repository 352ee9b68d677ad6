import { describe, expect, it } from '@jest/globals';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { admissionOf, admit, type Admission } from './admission.js';

class ProfileController {
  show(): void {}
}

function contextOf(type: string, ...args: unknown[]): ExecutionContextHost {
  const context = new ExecutionContextHost(
    args,
    ProfileController,

    ProfileController.prototype.show,
  );
  context.setType(type);
  return context;
}

const newAdmission = (id = 'a session'): Admission => ({ session: { id } }) as Admission;

describe('an admission', () => {
  it('belongs to one request', () => {
    const [mine, yours] = [{}, {}];
    const [toMe, toYou] = [newAdmission(), newAdmission()];
    admit(contextOf('http', mine), toMe);
    admit(contextOf('http', yours), toYou);
    expect(admissionOf(contextOf('http', mine))).toBe(toMe);
    expect(admissionOf(contextOf('http', yours))).toBe(toYou);
  });

  it('is the last one, where two guards let a request in for different sessions', () => {
    const [request, last] = [{}, newAdmission('B')];
    admit(contextOf('http', request), newAdmission('A'));
    admit(contextOf('http', request), last);
    expect(admissionOf(contextOf('http', request))).toBe(last);
  });

  it('belongs to one message, where a WebSocket client has several under way', () => {
    const client = {};
    const messages = [{ id: 1 }, { id: 2 }];
    const admissions = messages.map((message) => {
      const admission = newAdmission();
      admit(contextOf('ws', client, message), admission);
      return admission;
    });
    messages.forEach((message, i) => {
      expect(admissionOf(contextOf('ws', client, message))).toBe(admissions[i]);
    });
  });

  it.each(['text', 42, null, undefined])(
    'belongs to the client, where its message is %p and can carry nothing',
    (message) => {
      const [client, admission] = [{}, newAdmission()];
      admit(contextOf('ws', client, message), admission);
      expect(admissionOf(contextOf('ws', client, message))).toBe(admission);
      expect(() => admissionOf(contextOf('ws', {}, message))).toThrow();
    },
  );

  it("is nobody's, where messages of one client that carry nothing have different sessions", () => {
    const client = {};
    admit(contextOf('ws', client, 'token of A'), newAdmission('A'));
    admit(contextOf('ws', client, 'token of A'), newAdmission('A'));
    expect(admissionOf(contextOf('ws', client, 'token of A')).session.id).toBe('A');
    for (const id of ['B', 'A']) {
      admit(contextOf('ws', client, `token of ${id}`), newAdmission(id));
      expect(() => admissionOf(contextOf('ws', client, `token of ${id}`))).toThrow(/send objects/);
    }
  });

  it('belongs to the call over RPC, whose data may be shared', () => {
    const [data, call, admission] = [{}, {}, newAdmission()];
    admit(contextOf('rpc', data, call), admission);
    expect(admissionOf(contextOf('rpc', {}, call))).toBe(admission);
    expect(() => admissionOf(contextOf('rpc', data, {}))).toThrow();
  });

  it('leaves no trace in the request, which others may log', () => {
    const request = {};
    admit(contextOf('http', request), newAdmission());
    expect(Reflect.ownKeys(request)).toEqual([]);
  });

  it('that nobody gave is a fault in the wiring, and the error says where and what to do', () => {
    expect(() => admissionOf(contextOf('http', {}))).toThrow(
      /^ProfileController\.show .*@UseGuards\(WxSessionGuard\)/,
    );
  });
});
