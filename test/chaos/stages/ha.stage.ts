import { execFileSync } from 'node:child_process';
import { Cleanup } from '../cleanup.js';
import { asynchronousFault, bouncerFault, clusterFaults } from '../ha/ha-faults.js';
import { PatroniCluster } from '../ha/patroni-cluster.js';
import { PgBouncer } from '../ha/pgbouncer.js';
import { find, install, postgresFolder } from '../ha/programs.js';
import { ChaosPostgres } from '../postgres/chaos-postgres.js';
import { faultRow, faultTable } from '../report/fault-rows.js';
import type { Section } from '../report/section.js';
import { say } from '../say.js';
import { World } from '../world.js';
import { runFault, type FaultFigures } from './fault-run.js';

const PROGRAMS = ['patroni', 'etcd', 'haproxy', 'pgbouncer'];

/** Common set-ups for the high availability of Postgres. */
export async function tryHighAvailability(): Promise<Section> {
  const title = 'High availability';
  install(PROGRAMS);
  const missing = PROGRAMS.filter((program) => find(program) === undefined);
  if (missing.length > 0 || postgresFolder() === undefined) {
    const text = `Not run here: ${[...missing, 'or PostgreSQL of the system'].join(', ')} not installed (\`test/chaos/ha/install.sh\`).`;
    return { title, text, problems: [] };
  }
  const { rows, asynchronous } = await Cleanup.around(onCluster);
  rows.push(await Cleanup.around(behindBouncer));
  return {
    title,
    text: `${intro()}\n\n${faultTable([...rows, asynchronous])}\n\n${measured(asynchronous)}\n\n${ADVICE}`,
    problems: rows.flatMap(({ name, problems }) =>
      problems.map((problem) => `${name}: ${problem}`),
    ),
  };
}

async function onCluster(
  cleanup: Cleanup,
): Promise<{ rows: FaultFigures[]; asynchronous: FaultFigures }> {
  const world = await World.start(cleanup, await cleanup.use(PatroniCluster.start()));
  const rows: FaultFigures[] = [];
  for (const fault of clusterFaults) rows.push(told((await runFault(fault, world)).figures));
  return { rows, asynchronous: told((await runFault(asynchronousFault, world)).figures) };
}

async function behindBouncer(cleanup: Cleanup): Promise<FaultFigures> {
  const postgres = await cleanup.use(ChaosPostgres.start());
  const bouncer = await cleanup.use(PgBouncer.start(postgres.port));
  const world = await World.start(cleanup, postgres, bouncer.port);
  return told((await runFault(bouncerFault(bouncer), world)).figures);
}

function told(figures: FaultFigures): FaultFigures {
  say([...faultRow(figures), ...figures.problems].join(' · '));
  return figures;
}

const intro = (): string =>
  `Three Postgres under Patroni with etcd and \`synchronous_mode\`, HAProxy in front of them (\`OPTIONS /primary\` every second, \`on-marked-down shutdown-sessions\`), and the apps with the wiring of the README. Recovery is measured from the fault itself; \`ttl\` is 20 s. Versions: ${versions().join(', ')}.`;

const versions = (): string[] => [
  execFileSync('patroni', ['--version'], { encoding: 'utf8' }).trim(),
  execFileSync('etcd', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '',
  execFileSync(find('haproxy') ?? '', ['-v'], { encoding: 'utf8' }).split('\n')[0] ?? '',
  PgBouncer.version(),
  execFileSync(`${postgresFolder() ?? ''}/postgres`, ['--version'], { encoding: 'utf8' }).trim(),
];

const measured = ({ lost, logins, logouts }: FaultFigures): string =>
  `Without synchronous mode a commit waits for no standby, and what the primary had not yet sent is gone with it: ${String(lost)} of ${String(logins + logouts)} acknowledged logins and logouts this time. A logout that is lost lets its session in again.`;

const ADVICE =
  'With which settings to run on such a set-up, or on a managed Postgres: [Deployment](deployment.md#managed-postgres).';
