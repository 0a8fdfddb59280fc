import { STAGES, type Stage } from './driver/stage-clock.ts';
import type { HerdResult, Round } from './result.ts';
import { median, percentile } from './statistics.ts';

/** What is said of a herd: medians of the rounds; ratios are taken within a round, where the machine was the same. */
export type Derived = {
  readonly cycleToFloor: number;
  readonly readingToFloor: number;
  readonly keptToFloor: number;
  readonly idleToBusy: number;
  readonly floorUs: number;
  readonly readingUs: number;
  readonly cycleUs: number;
  readonly filesPerContainer: number;
  readonly spreadMs: number;
  readonly blockP99Ms: number;
  readonly blockMaxMs: number;
  readonly residentMb: number;
  readonly peakMb: number;
  readonly engineRequests: number;
  readonly bytesPerSample: number;
  readonly pointsPerSample: number;
  readonly startMs: number;
  /** CPU microseconds a container, by stage, over both halves of the herd. */
  readonly stagesUs: Readonly<Record<Stage, number>>;
  readonly idleUs: number;
  readonly busyUs: number;
  readonly helpersUs: number;
  readonly garbageUs: number;
};

const US_PER_SECOND = 1e6;
const BYTES_PER_MB = 1e6;
const P99 = 0.99;

export function derive(herd: HerdResult, contestant: string): Derived {
  const { containers, rounds, memory, startsMs, blocksMs } = herd;
  const over = (of: (round: Round) => number): number => median(rounds.map(of));
  const floor = ({ floorOpen }: Round): number => floorOpen.cpuSeconds / (floorOpen.cycles * containers);
  const kept = ({ floorKept }: Round): number =>
    floorKept ? floorKept.cpuSeconds / (floorKept.cycles * containers) : Number.NaN;
  const reading = (round: Round): number =>
    round.reading.cpuSeconds / (round.reading.cycles * round.reading.containers);
  const window = (round: Round) => round.agents[contestant]!;
  const cycle = (round: Round): number => window(round).cpuSeconds / window(round).deliveries.samples;
  const { residentBytes, peakBytes } = memory[contestant]!;
  const stages = stageCosts(herd);
  return {
    cycleToFloor: over((round) => cycle(round) / floor(round)),
    readingToFloor: over((round) => reading(round) / floor(round)),
    keptToFloor: over((round) => kept(round) / floor(round)),
    idleToBusy: stages.idleUs / stages.busyUs,
    floorUs: over(floor) * US_PER_SECOND,
    readingUs: over(reading) * US_PER_SECOND,
    cycleUs: over(cycle) * US_PER_SECOND,
    filesPerContainer: herd.files / containers,
    spreadMs: median(rounds.flatMap((round) => window(round).deliveries.spreadsMs)),
    // No block at all over a millisecond is none.
    blockP99Ms: blocksMs.length === 0 ? 0 : percentile(blocksMs, P99),
    blockMaxMs: Math.max(0, ...blocksMs),
    residentMb: residentBytes / BYTES_PER_MB,
    peakMb: peakBytes / BYTES_PER_MB,
    engineRequests: Math.max(...rounds.map((round) => window(round).engineRequests)),
    bytesPerSample: over((round) => window(round).deliveries.bytes / window(round).deliveries.samples),
    pointsPerSample: over((round) => window(round).deliveries.points / window(round).deliveries.samples),
    startMs: median(startsMs),
    ...stages,
  };
}

function stageCosts({
  containers,
  stages,
}: HerdResult): Pick<Derived, 'stagesUs' | 'idleUs' | 'busyUs' | 'helpersUs' | 'garbageUs'> {
  const { seconds, cycles, helperSeconds, garbageSeconds } = stages;
  const perContainer = (sum: number, count: number): number => (sum / (cycles * count)) * US_PER_SECOND;
  const groups = Object.values(seconds);
  const busy = Math.floor(containers / 2);
  const of = (group: string): number => Object.values(seconds[group] ?? {}).reduce((sum, each) => sum + each, 0);
  const byStage = STAGES.map((stage) => [
    stage,
    perContainer(
      groups.reduce((sum, group) => sum + group[stage], 0),
      containers,
    ),
  ]);
  return {
    stagesUs: Object.fromEntries(byStage) as Record<Stage, number>,
    idleUs: perContainer(of('idle'), containers - busy),
    busyUs: perContainer(of('busy'), busy),
    helpersUs: perContainer(helperSeconds, containers),
    garbageUs: perContainer(garbageSeconds, containers),
  };
}
