import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../examples/demo/postgres/postgres.js';
import { BlackHole, straight } from '../network/carry.js';
import { TcpProxy } from '../network/tcp-proxy.js';
import { serverProcesses, signal, untilGone } from '../postgres/processes.js';
import { locate, postgresFolder } from './programs.js';
import { Service } from './service.js';

export const PASSWORD = 'chaos';

/** The configuration of all nodes. */
const SHARED = {
  // The shortest allowed values: a lost primary is replaced after `ttl` at the latest.
  ttl: 20,
  loop_wait: 2,
  retry_timeout: 5,
  synchronous_mode: true,
  postgresql: { use_pg_rewind: true, parameters: { max_connections: 100 } },
};

/** A Postgres with its Patroni, and the network around both. */
export class PatroniNode {
  private patroni: Service | undefined;
  private readonly blackHole = new BlackHole();

  private constructor(
    readonly name: string,
    private readonly folder: string,
    /** The proxies for apps and standbys to its Postgres, and for other nodes to its Patroni. */
    readonly postgres: TcpProxy,
    private readonly replication: TcpProxy,
    readonly api: TcpProxy,
    /** Its proxy to etcd. */
    private readonly etcd: TcpProxy,
    private readonly ports: { readonly postgres: number; readonly api: number },
  ) {}

  static async create(name: string, home: string, etcdPort: number): Promise<PatroniNode> {
    const folder = join(home, name);
    mkdirSync(folder);
    const ports = { postgres: await freePort(), api: await freePort() };
    const node = new PatroniNode(
      name,
      folder,
      await TcpProxy.start(ports.postgres),
      await TcpProxy.start(ports.postgres),
      await TcpProxy.start(ports.api),
      await TcpProxy.start(etcdPort),
      ports,
    );
    writeFileSync(join(folder, 'patroni.json'), JSON.stringify(node.settings));
    return node;
  }

  start(): void {
    this.patroni ??= new Service(
      this.name,
      locate('patroni'),
      [join(this.folder, 'patroni.json')],
      this.folder,
    );
    this.patroni.assertRunning();
  }

  /** Kills Patroni and Postgres at once, like a failure of the machine. */
  async kill(): Promise<void> {
    const pids = serverProcesses(join(this.folder, 'data'));
    await this.patroni?.end('SIGKILL');
    this.patroni = undefined;
    for (const pid of pids) signal(pid, 'SIGKILL');
    await untilGone(pids);
  }

  /** Cuts all its network connections. */
  partition(): void {
    for (const proxy of this.proxies) proxy.carry = this.blackHole;
  }

  /** Delays its standbys. */
  stopReplication(): void {
    this.replication.carry = this.blackHole;
  }

  rejoin(): void {
    for (const proxy of this.proxies) proxy.carry = straight;
    this.blackHole.release();
  }

  async stop(): Promise<void> {
    this.rejoin();
    await this.patroni?.end('SIGTERM');
    for (const proxy of this.proxies) proxy.close();
  }

  private get proxies(): readonly TcpProxy[] {
    return [this.postgres, this.replication, this.api, this.etcd];
  }

  private get settings(): object {
    const address = (port: number): string => `127.0.0.1:${String(port)}`;
    const login = (username: string): object => ({ username, password: PASSWORD });
    return {
      scope: 'chaos',
      name: this.name,
      restapi: { listen: address(this.ports.api), connect_address: address(this.api.port) },
      // As a proxy: otherwise Patroni uses the addresses that etcd announces.
      etcd3: { proxy: `http://${address(this.etcd.port)}` },
      bootstrap: {
        dcs: SHARED,
        initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
        pg_hba: [
          'host replication replicator 127.0.0.1/32 scram-sha-256',
          'host all all 127.0.0.1/32 scram-sha-256',
        ],
      },
      postgresql: {
        listen: address(this.ports.postgres),
        connect_address: address(this.replication.port),
        data_dir: join(this.folder, 'data'),
        bin_dir: postgresFolder(),
        authentication: { superuser: login('postgres'), replication: login('replicator') },
        parameters: { unix_socket_directories: this.folder, password_encryption: 'scram-sha-256' },
      },
    };
  }
}
