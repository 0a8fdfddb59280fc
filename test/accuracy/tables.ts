import type { Row } from './parts/row.ts';
import { type Phase, rowsOf } from './parts/scenario.ts';
import { DISK } from './scenarios/disk.ts';
import { EVERY_CONTROLLER } from './scenarios/every-controller.ts';
import { HYBRID } from './scenarios/hybrid.ts';
import { LIFE } from './scenarios/life.ts';
import { MEMORY } from './scenarios/memory.ts';
import { NETWORK } from './scenarios/network.ts';
import { OPT_IN } from './scenarios/opt-in.ts';
import { PROCESSOR } from './scenarios/processor.ts';
import { UNIFIED } from './scenarios/unified.ts';

/** The visible list of what the accuracy suite measures: docs/accuracy.md has a table for each engine, in this order. */

export const MACHINE_ENGINE = 'Docker, cgroup v1';

export const MACHINE_PHASES: readonly Phase[] = [...PROCESSOR, ...MEMORY, ...DISK, ...NETWORK, ...LIFE, ...HYBRID];

export const OPT_IN_ENGINE = 'Docker, cgroup v1, with every family switched on';

export const OPT_IN_PHASES: readonly Phase[] = OPT_IN;

export const UNIFIED_ENGINE = 'Docker, cgroup v2';

export const UNIFIED_PHASES: readonly Phase[] = UNIFIED;

export const GUEST_ENGINE = 'Docker, cgroup v2 with every controller';

export const GUEST_PHASES: readonly Phase[] = EVERY_CONTROLLER;

export const ALL_ROWS: readonly Row[] = [
  ...rowsOf(MACHINE_ENGINE, MACHINE_PHASES),
  ...rowsOf(OPT_IN_ENGINE, OPT_IN_PHASES),
  ...rowsOf(UNIFIED_ENGINE, UNIFIED_PHASES),
  ...rowsOf(GUEST_ENGINE, GUEST_PHASES),
];
