import type { Machine } from '../result.ts';
import type { Phases } from './phases.ts';
import type { Storm, StormOptions } from './reconnects.ts';
import type { TiersResult } from './tiers.ts';

/** What docs/fleet.md is made of besides docs/performance.md and the catalogue: bench/fleet/measured.json. */
export type FleetMeasured = {
  readonly machine: Machine;
  readonly collector: TiersResult & { readonly version: string; readonly containersOfRequest: number };
  readonly phases: Phases & { readonly agents: number };
  readonly storms: readonly (StormOptions & Storm)[];
};
