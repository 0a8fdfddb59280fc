import { ENGINE_TARGETS } from './engine-targets.ts';
import { KERNEL_TARGETS } from './kernel-targets.ts';
import { OTLP_TARGETS } from './otlp-targets.ts';
import { STATE_TARGETS } from './state-targets.ts';
import type { FuzzTarget } from './target.ts';
import { TEXT_TARGETS } from './text-targets.ts';

/** Every parser of what others write. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...KERNEL_TARGETS,
  ...ENGINE_TARGETS,
  ...TEXT_TARGETS,
  ...STATE_TARGETS,
  ...OTLP_TARGETS,
];
