/** The stages of a cycle, in their order. */
export const STAGES = ['discover', 'resolve', 'read', 'account', 'observe', 'encode', 'compress', 'send'] as const;
export type Stage = (typeof STAGES)[number];

export type StageClock = {
  /** What was used since the last call goes to this stage of this group. */
  lap(group: string, stage: Stage): void;
  /** What was used since the last call goes nowhere. */
  skip(): void;
  /** By group and stage, on the clock that was given. */
  seconds(): Readonly<Record<string, Readonly<Record<Stage, number>>>>;
  reset(): void;
};

export function createStageClock(cpuSeconds: () => number): StageClock {
  let groups: Record<string, Record<Stage, number>> = {};
  let last = cpuSeconds();
  const since = (): number => {
    const before = last;
    last = cpuSeconds();
    return last - before;
  };
  return {
    lap(group, stage) {
      groups[group] ??= Object.fromEntries(STAGES.map((each) => [each, 0])) as Record<Stage, number>;
      groups[group][stage] += since();
    },
    skip: () => void since(),
    seconds: () => groups,
    reset() {
      groups = {};
      since();
    },
  };
}
