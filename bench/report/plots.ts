import { guardPeerNames, guardPeers, type GuardPeer } from '../guards/peers.js';
import type { Results } from '../results.js';
import type { ProbePoint } from '../stages/probes.stage.js';
import { number } from './format.js';
import { svg, type Axis, type Chart, type Series } from './svg.js';
import { linearTicks, logTicks } from './ticks.js';

const COLOURS: Readonly<Record<GuardPeer, string>> = {
  open: '#8b949e',
  empty: '#57606a',
  nestDocs: '#d9730d',
  passport: '#bf3989',
  careful: '#2da44e',
  ours: '#2f81f7',
};

/** Requests per second and latency over the number of connections. */
export function connectionsPlot({ growth }: Results): string {
  const x: Axis = {
    label: 'connections',
    isLog: true,
    ticks: growth.map(({ open }) => open.connections),
    format: String,
  };
  const chart = (title: string, label: string, figure: 'perSecond' | 'p99'): Chart => {
    const series = guardPeerNames.map((peer): Series => ({
      label: guardPeers[peer].label,
      colour: COLOURS[peer],
      points: growth.map((step) => ({ x: step[peer].connections, y: step[peer][figure] })),
    }));
    const values = series.flatMap(({ points }) => points.map(({ y }) => y));
    return { title, x, y: { label, isLog: true, ticks: logTicks(values), format: number }, series };
  };
  return svg('Guarded requests over connections, Fastify', [
    chart('Throughput', 'requests per second', 'perSecond'),
    chart('Latency', 'p99 in ms', 'p99'),
  ]);
}

/** The cost of a probe over the number of revoked sessions. */
export function probesPlot({ probes }: Results): string {
  const x: Axis = {
    label: 'revoked sessions',
    isLog: true,
    ticks: probes.map(({ rows }) => rows),
    format: (rows) => `10${superscript(Math.round(Math.log10(rows)))}`,
  };
  const chart = (title: string, figure: 'alone' | 'together'): Chart => ({
    title,
    x,
    y: {
      label: 'µs',
      isLog: false,
      ticks: linearTicks(probes.map((point) => point[figure].max)),
      format: number,
    },
    series: [
      { label: 'WxSessionGuard’s probe', colour: COLOURS.ours, points: points(probes, figure) },
    ],
  });
  return svg('Cost of a revocation probe over revoked sessions', [
    chart('One request at a time: its wait', 'alone'),
    chart('64 at a time: time per request', 'together'),
  ]);
}

const points = (probes: readonly ProbePoint[], figure: 'alone' | 'together'): Series['points'] =>
  probes.map((point) => ({
    x: point.rows,
    y: point[figure].median,
    low: point[figure].min,
    high: point[figure].max,
  }));

const superscript = (digit: number): string => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(digit);
