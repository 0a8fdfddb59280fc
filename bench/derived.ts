import { STAGES, type Stage } from './driver/stage-clock.ts';
import type { HerdResult, Round } from './result.ts';
import { median, percentile } from './statistics.ts';

/** What is said of a herd: medians of the rounds; ratios are taken within a round, where the machine was the same. */
export type Derived = {
  readonly containers: number;
  readonly cycleToFloor: number;
  readonly cycleToHotFloor: number;
  readonly readingToFloor: number;
  readonly keptToFloor: number;
  readonly idleToBusy: number;
  readonly floorUs: number;
  readonly hotFloorUs: number;
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
  readonly onceMs: number;
  /** CPU microseconds a container, by stage, over both halves of the herd. */
  readonly stagesUs: Readonly<Record<Stage, number>>;
  /** What the whole agent used beyond the stages. */
  readonly restUs: number;
  readonly idleUs: number;
  readonly busyUs: number;
  readonly helpersUs: number;
  readonly garbageUs: number;
};

const US_PER_SECOND = 1e6;
const BYTES_PER_MB = 1e6;
const P99 = 0.99;

export function derive(herd: HerdResult, contestant: string): Derived {
  const { containers, startsMs, oncesMs, readingSpreadsMs, blocksMs } = herd;
  const { rounds, memory } = herd.contestants[contestant]!;
  const over = (of: (round: Round) => number): number => median(rounds.map(of));
  const perSample = (run: { cpuSeconds: number; cycles: number } | undefined): number =>
    run ? run.cpuSeconds / (run.cycles * containers) : Number.NaN;
  const floor = (round: Round): number => perSample(round.floor);
  const cycle = ({ window }: Round): number => window.cpuSeconds / window.deliveries.samples;
  const stages = stageCosts(herd);
  const cycleUs = over(cycle) * US_PER_SECOND;
  return {
    containers,
    cycleToFloor: over((round) => cycle(round) / floor(round)),
    cycleToHotFloor: over((round) => cycle(round) / perSample(round.hotFloor)),
    readingToFloor: over((round) => perSample(round.reading) / floor(round)),
    keptToFloor: over((round) => perSample(round.keptFloor) / floor(round)),
    idleToBusy: stages.idleUs / stages.busyUs,
    floorUs: over(floor) * US_PER_SECOND,
    hotFloorUs: over((round) => perSample(round.hotFloor)) * US_PER_SECOND,
    readingUs: over((round) => perSample(round.reading)) * US_PER_SECOND,
    cycleUs,
    filesPerContainer: herd.files / containers,
    spreadMs: median(readingSpreadsMs),
    // No block at all over a millisecond is none.
    blockP99Ms: blocksMs.length === 0 ? 0 : percentile(blocksMs, P99),
    blockMaxMs: Math.max(0, ...blocksMs),
    residentMb: memory.residentBytes / BYTES_PER_MB,
    peakMb: memory.peakBytes / BYTES_PER_MB,
    engineRequests: Math.max(...rounds.map(({ window }) => window.engineRequests)),
    bytesPerSample: over(({ window: { deliveries } }) => deliveries.bytes / deliveries.samples),
    pointsPerSample: over(({ window: { deliveries } }) => deliveries.points / deliveries.samples),
    startMs: median(startsMs),
    onceMs: median(oncesMs),
    ...stages,
    restUs: cycleUs - Object.values(stages.stagesUs).reduce((sum, each) => sum + each, 0),
  };
}

type StagesUs = Pick<Derived, 'stagesUs' | 'idleUs' | 'busyUs' | 'helpersUs' | 'garbageUs'>;

function stageCosts({ containers, stages }: HerdResult): StagesUs {
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
