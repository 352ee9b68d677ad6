import { setTimeout as sleep } from 'node:timers/promises';
import type { WechatSandbox } from '../../../src/testing/index.js';
import type { Fleet } from '../apps/fleet.js';
import { Client } from './client.js';
import type { Contract } from './contract.js';
import { Ledger } from './ledger.js';
import { Requests } from './requests.js';

/** The apps that the clients use. */
export interface Target {
  readonly fleet: Fleet;
  readonly wechat: WechatSandbox;
}

/** The records of the clients. */
export interface Records {
  readonly ledger: Ledger;
  readonly requests: Requests;
}

const CLIENTS = 24;
/** The pause between two operations of a client. */
const PAUSE_MS = 40;

/** Clients that run until they are stopped. */
export class Load implements Records {
  readonly requests: Requests;
  private isStopping = false;
  private readonly clients: Promise<unknown>;

  constructor(
    target: Target,
    contract: Contract,
    readonly ledger = new Ledger(),
  ) {
    this.requests = new Requests(contract);
    this.clients = Promise.all(
      Array.from({ length: CLIENTS }, () => this.run(new Client(target, this))),
    );
  }

  /** Waits for operations in progress. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.clients;
  }

  private async run(client: Client): Promise<void> {
    while (!this.isStopping) {
      await client.act();
      await sleep(PAUSE_MS * 2 * Math.random());
    }
  }
}
