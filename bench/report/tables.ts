import { guardPeerNames, guardPeers } from '../guards/peers.js';
import { loginPeerNames, loginPeers } from '../logins/peers.js';
import type { CallTimes } from '../micro/micro.js';
import type { Results } from '../results.js';
import type { GuardFigures } from '../stages/guards.stage.js';
import type { LoginFigures } from '../stages/logins.stage.js';
import { differenceOf, ratioOf, spreadOf } from '../statistics.js';
import { number, spread, table } from './format.js';
import { targetsOf } from './targets.js';

export const targetsTable = (results: Results): string =>
  table(
    ['Figure', 'To reach', 'Measured', 'Reached'],
    targetsOf(results).map(({ figure, goal, measured, isReached }) => [
      figure,
      goal,
      measured,
      isReached ? 'yes' : '**no**',
    ]),
  );

/** A figure of every round. */
const each = <Name extends string>(
  shots: readonly Readonly<Record<Name, number>>[],
  name: Name,
): number[] => shots.map((shot) => shot[name]);

export const guardsTable = (figures: GuardFigures): string =>
  table(
    ['Guard', 'Requests/s', 'Over open', 'p99', 'Processor', 'Statements'],
    guardPeerNames.map((peer) => {
      const shots = figures[peer];
      return [
        guardPeers[peer].label,
        spread(spreadOf(each(shots, 'perSecond'))),
        spread(ratioOf(each(shots, 'perSecond'), each(figures.open, 'perSecond'))),
        spread(spreadOf(each(shots, 'p99')), ' ms'),
        `${number(spreadOf(each(shots, 'cpu')).median)} µs`,
        number(spreadOf(each(shots, 'statements')).median),
      ];
    }),
  );

export const loginsTable = (figures: LoginFigures): string =>
  table(
    ['', 'Logins/s', 'Over `findOne`, then `save`', 'Processor', 'Statements'],
    loginPeerNames.map((peer) => {
      const shots = figures[peer];
      return [
        loginPeers[peer].label,
        spread(spreadOf(each(shots, 'perSecond'))),
        spread(ratioOf(each(shots, 'perSecond'), each(figures.findThenSave, 'perSecond'))),
        `${number(spreadOf(each(shots, 'cpu')).median)} µs`,
        number(spreadOf(each(shots, 'statements')).median),
      ];
    }),
  );

export const microTable = (times: readonly CallTimes[]): string => {
  const empty = each(times, 'empty');
  const row = (label: string, name: keyof CallTimes): string[] => [
    label,
    spread(spreadOf(each(times, name)), ' µs'),
    spread(differenceOf(each(times, name), empty), ' µs'),
  ];
  return table(
    ['', 'A call', 'Beyond the empty guard'],
    [
      row('empty guard', 'empty'),
      row('verify', 'verify'),
      row('the whole guard, the probe answered at once', 'guard'),
    ],
  );
};
