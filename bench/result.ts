import type { Deliveries } from './deliveries.ts';
import type { ReadingCost } from './driver/reading.ts';
import type { StageCosts } from './driver/stages.ts';
import type { FloorRun } from './floor.ts';
import type { MemoryUse } from './process-usage.ts';

/** What `--json` prints and docs/performance.md is made of: what was measured, nothing derived. */
export type BenchResult = { readonly machine: Machine; readonly herds: readonly HerdResult[] };

export type Machine = {
  readonly date: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly cgroups: 'v1' | 'v2';
  readonly commit: string;
};

export type HerdResult = {
  readonly containers: number;
  /** Files that the floor reads in a cycle. */
  readonly files: number;
  readonly intervalMs: number;
  /** What was measured one right after the other, as often as there were rounds. */
  readonly rounds: readonly Round[];
  /** By contestant, after all cycles. */
  readonly memory: Readonly<Record<string, MemoryUse>>;
  readonly stages: StageCosts;
  /** From the start of the process until the first batch with every container was accepted. */
  readonly startsMs: readonly number[];
  /** For how long the event loop was blocked at a time, blocks of a millisecond and less left out. */
  readonly blocksMs: readonly number[];
};

export type Round = {
  readonly floorOpen: FloorRun;
  /** Absent where so many descriptors are not allowed. */
  readonly floorKept?: FloorRun | undefined;
  readonly reading: ReadingCost;
  readonly agents: Readonly<Record<string, AgentWindow>>;
};

/** Whole cycles of an agent that has warmed up. */
export type AgentWindow = {
  readonly cpuSeconds: number;
  readonly deliveries: Deliveries;
  /** Asked of the engine in that time. */
  readonly engineRequests: number;
};
