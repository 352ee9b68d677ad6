import { HttpService } from '@nestjs/axios';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { InternalAxiosRequestConfig } from 'axios';
import { shownFields } from './shown-fields.js';
import { Steps, type EndStep } from './steps.js';

/** Server and WeChat: the calls of the library, which share one axios. */
@Injectable()
export class WechatSteps implements OnApplicationBootstrap {
  private readonly underWay = new WeakMap<object, EndStep>();

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly steps: Steps,
  ) {}

  onApplicationBootstrap(): void {
    const { interceptors } = this.moduleRef.get(HttpService, { strict: false }).axiosRef;
    interceptors.request.use((config) => {
      this.underWay.set(config, this.begin(config));
      return config;
    });
    interceptors.response.use(
      (response) => {
        const answer = parse(response.data);
        const failed = response.status !== 200 || Boolean(answer.errcode);
        this.underWay.get(response.config)?.(shownFields(answer), failed);
        return response;
      },
      (error: unknown) => {
        const { config, code = '' } = error as { config?: object; code?: string };
        const reason = code === 'ERR_CANCELED' ? 'ETIMEDOUT' : code;
        if (config) this.underWay.get(config)?.({ error: reason }, true);
        throw error;
      },
    );
  }

  private begin({ method, url, params, data }: InternalAxiosRequestConfig): EndStep {
    const query = Object.fromEntries(params as URLSearchParams);
    const name = `${(method ?? '').toUpperCase()} ${new URL(url ?? '').pathname}`;
    return this.steps.begin(
      { name, from: 'server', to: 'wechat' },
      shownFields({ ...query, ...(data as object | undefined) }),
    );
  }
}

function parse(data: unknown): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(data as Uint8Array).toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
