import type { RowSize } from './data/database.js';
import type { Plan } from './plan.js';
import type { GrowthFigures } from './stages/growth.stage.js';
import type { GuardFigures } from './stages/guards.stage.js';
import type { LoginFigures } from './stages/logins.stage.js';
import type { MemoryFigures } from './stages/memory.stage.js';
import type { ProbePoint } from './stages/probes.stage.js';
import type { CallTimes } from './micro/micro.js';

/** All that a run measured. */
export interface Results {
  readonly plan: Plan;
  readonly postgres: string;
  readonly rowSizes: { readonly users: RowSize; readonly revokedSessions: RowSize };
  readonly fastify: GuardFigures;
  readonly express: GuardFigures;
  readonly growth: GrowthFigures;
  readonly logins: LoginFigures;
  readonly verify: readonly CallTimes[];
  readonly memory: MemoryFigures;
  readonly probes: readonly ProbePoint[];
}
