import { BlackHole, bunched, drip, late, straight, type Carry } from '../network/carry.js';
import type { World } from '../world.js';
import { repeatedly, type Fault } from './fault.js';

/** A fault of all traffic between the apps and Postgres. */
const carrying = (name: string, carry: Carry): Fault => ({
  name,
  seconds: 6,
  inject: ({ network }) => {
    network.carry = carry;
  },
  heal: ({ network }) => {
    network.carry = straight;
  },
});

const blackHole = new BlackHole();

const terminating = repeatedly(20, ({ database }) => database.terminate(0.5));

export const networkFaults: Fault[] = [
  carrying('Latency of 100 ms each way to Postgres', late(100)),
  carrying('A drip to Postgres: 64 bytes each 10 ms', drip(64, 10)),
  {
    ...carrying('A black hole before Postgres for 12 s, after which all arrives', blackHole),
    seconds: 12,
    heal: ({ network }) => {
      network.carry = straight;
      blackHole.release();
    },
  },
  {
    name: 'Backends terminated as soon as they are there, which arrives in one piece',
    seconds: 8,
    inject: async (world) => {
      world.network.carry = bunched(40);
      await terminating.inject(world);
    },
    heal: async (world) => {
      await terminating.heal(world);
      world.network.carry = straight;
    },
  },
  {
    name: 'Connections to Postgres reset at random',
    seconds: 6,
    ...repeatedly(30, ({ network }: World) => {
      network.reset(0.2);
    }),
  },
  {
    name: 'Connections to Postgres that a firewall forgot',
    seconds: 15,
    inject: ({ network }) => {
      network.forget();
    },
    heal: ({ network }) => {
      network.dropForgotten();
    },
    // Postgres detects such a connection only by TCP keep-alive.
    limits: { backends: 20 },
  },
  {
    name: 'New connections to Postgres that hang for ever',
    seconds: 15,
    inject: ({ network }) => {
      network.isSilent = true;
      network.reset();
    },
    heal: ({ network }) => {
      network.isSilent = false;
    },
  },
];
