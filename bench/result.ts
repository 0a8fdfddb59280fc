import type { Deliveries } from './deliveries.ts';
import type { ReadingCost } from './driver/reading.ts';
import type { StageCosts } from './driver/stages.ts';
import type { FloorRun } from './floor.ts';
import type { DockerHerdResult } from './peers/result.ts';
import type { MemoryUse } from './process-memory.ts';

/** What `--json` prints and docs/performance.md is made of: what was measured, nothing derived. */
export type BenchResult = {
  readonly machine: Machine;
  readonly herds: readonly HerdResult[];
  /** On a real engine, beside the peers. */
  readonly dockerHerds: readonly DockerHerdResult[];
};

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

export type HerdResult = Moments & {
  readonly containers: number;
  /** Files that the floor reads in a cycle. */
  readonly files: number;
  readonly intervalMs: number;
  readonly contestants: Readonly<Record<string, ContestantResult>>;
  readonly stages: StageCosts;
  /** From the start of the process until the first batch with every container was accepted. */
  readonly startsMs: readonly number[];
  /** `plimsoll once`, from the start of the process to its end. */
  readonly oncesMs: readonly number[];
};

export type ContestantResult = {
  readonly rounds: readonly Round[];
  /** After all cycles. */
  readonly memory: MemoryUse;
};

/** What was measured one right after the other. */
export type Round = {
  readonly window: AgentWindow;
  /** At the agent's interval. */
  readonly floor: FloorRun;
  /** Without rest: the kernel finds everything in the processor's caches. */
  readonly hotFloor: FloorRun;
  /** At the agent's interval; absent where so many descriptors are not allowed. */
  readonly keptFloor?: FloorRun | undefined;
  readonly reading: ReadingCost;
};

/** Whole cycles of an agent that has warmed up. */
export type AgentWindow = {
  readonly cpuSeconds: number;
  readonly deliveries: Deliveries;
  /** Asked of the engine in that time. */
  readonly engineRequests: number;
};

export type Moments = {
  /** For how long the event loop was blocked at a time, blocks of a millisecond and less left out. */
  readonly blocksMs: readonly number[];
  /** For each cycle: from its first reading of a kernel file to its last. */
  readonly readingSpreadsMs: readonly number[];
};
