import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../../examples/demo/postgres/postgres-home.js';
import { freePort } from '../../../examples/demo/postgres/postgres.js';
import { call } from '../../support/http.js';
import type { PostgresServer } from '../postgres/postgres-server.js';
import { ownedByPostgres } from '../postgres/owned-by-postgres.js';
import { PASSWORD, PatroniNode } from './patroni-node.js';
import { locate } from './programs.js';
import { Service } from './service.js';

const NAMES = ['node-1', 'node-2', 'node-3'];
const PATIENCE_MS = 90_000;
/** The name of the role in this version of Patroni. */
const RUNS = /^(running|streaming)$/;

interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
}

/** Three Postgres with Patroni, etcd for their consensus, and HAProxy in front of the primary. */
export class PatroniCluster implements PostgresServer {
  private isSynchronous = true;

  private constructor(
    private readonly home: string,
    private readonly etcd: Service,
    private readonly haproxy: Service,
    private readonly nodes: readonly PatroniNode[],
    /** Of HAProxy. */
    readonly port: number,
  ) {}

  static async start(): Promise<PatroniCluster> {
    const home = temporaryFolder();
    const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
    const nodes: PatroniNode[] = [];
    for (const name of NAMES) nodes.push(await PatroniNode.create(name, home, client));
    writeFileSync(join(home, 'haproxy.cfg'), haproxySettings(port, nodes));
    ownedByPostgres(home);
    const etcd = new Service('etcd', locate('etcd'), etcdArguments(client, peer), home);
    const haproxy = new Service('haproxy', locate('haproxy'), ['-f', 'haproxy.cfg', '-db'], home);
    const cluster = new PatroniCluster(home, etcd, haproxy, nodes, port);
    await cluster.untilHealthy();
    return cluster;
  }

  url(database = 'postgres'): string {
    return `postgres://postgres:${PASSWORD}@127.0.0.1:${String(this.port)}/${database}`;
  }

  /** Starts stopped parts, and waits for a primary with a synchronous and another standby. */
  async untilHealthy(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (const node of this.nodes) {
      node.rejoin();
      node.start();
    }
    while (!(await this.isHealthy())) {
      if (performance.now() > end) {
        throw new Error(`The cluster is not healthy: ${JSON.stringify(await this.members())}`);
      }
      await sleep(500);
    }
  }

  async primary(): Promise<PatroniNode> {
    const leader = (await this.members()).find(({ role }) => role === 'leader');
    const node = this.nodes.find(({ name }) => name === leader?.name);
    if (node === undefined) throw new Error('The cluster has no primary.');
    return node;
  }

  /** Commits no longer wait for a standby. */
  async setAsynchronous(): Promise<void> {
    this.isSynchronous = false;
    const { port } = (await this.primary()).api;
    await call('PATCH', `http://127.0.0.1:${String(port)}/config`, {
      body: { synchronous_mode: false },
    });
    // Wait until every node has read it.
    await sleep(5000);
  }

  async switchOver(): Promise<void> {
    const leader = await this.primary();
    await call('POST', `http://127.0.0.1:${String(leader.api.port)}/switchover`, {
      body: { leader: leader.name },
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.haproxy.end();
    await this.etcd.end();
    rmSync(this.home, { recursive: true, force: true });
  }

  private async isHealthy(): Promise<boolean> {
    this.etcd.assertRunning();
    this.haproxy.assertRunning();
    const members = await this.members();
    const standbys = members.filter(({ role, state }) => role !== 'leader' && RUNS.test(state));
    const isSafe = !this.isSynchronous || standbys.some(({ role }) => role === 'sync_standby');
    return standbys.length === NAMES.length - 1 && isSafe;
  }

  /** The members, read from any node. */
  private async members(): Promise<readonly Member[]> {
    for (const { api } of this.nodes) {
      const answer = await call('GET', `http://127.0.0.1:${String(api.port)}/cluster`).catch(
        () => undefined,
      );
      const members = answer?.body?.members;
      if (members !== undefined) return members as Member[];
    }
    return [];
  }
}

const etcdArguments = (client: number, peer: number): string[] => {
  const [clients, peers] = [client, peer].map((port) => `http://127.0.0.1:${String(port)}`);
  return [
    ...['--data-dir', 'etcd', '--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
    ...['--initial-cluster', `default=${peers ?? ''}`],
  ].map((argument) => argument ?? '');
};

/** It asks each Patroni every second whether its Postgres is the primary. */
const haproxySettings = (port: number, nodes: readonly PatroniNode[]): string => `
defaults
  mode tcp
  timeout connect 2s
  timeout check 2s
  timeout client 30m
  timeout server 30m
listen primary
  bind 127.0.0.1:${String(port)}
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${nodes
  .map(
    ({ name, postgres, api }) =>
      `  server ${name} 127.0.0.1:${String(postgres.port)} check port ${String(api.port)}`,
  )
  .join('\n')}
`;
