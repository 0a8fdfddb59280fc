import { median } from '../statistics.ts';

/** What is kept in bench/gate.json, and what is measured of the present tree. */
export type GateNumbers = {
  /** CPU time of the whole agent over that of the floor, of a container-sample. */
  readonly cycleToFloor: number;
  /** Once all garbage has been collected. */
  readonly residentMb: number;
};

/** What a change may cost without anybody being asked. What the machine adds by itself is less. */
export const ALLOWED_PART = 0.2;

const NAMES: Readonly<Record<keyof GateNumbers, string>> = {
  cycleToFloor: 'CPU time of a cycle ÷ floor',
  residentMb: 'resident memory without garbage (MB)',
};

/** What is worse than what is kept by more than is allowed, in words; nothing where nothing is. */
export function judge(kept: GateNumbers, measured: GateNumbers): string[] {
  const fields = Object.keys(NAMES) as (keyof GateNumbers)[];
  // Whatever is not a number is not good either.
  const worse = fields.filter((field) => !(measured[field] <= kept[field] * (1 + ALLOWED_PART)));
  return worse.map((field) => {
    const part = ((measured[field] / kept[field] - 1) * 100).toFixed(0);
    return `${NAMES[field]}: ${measured[field].toFixed(2)} is ${part} % more than ${kept[field].toFixed(2)}, which is kept in bench/gate.json`;
  });
}

/** What is kept: neither a lucky measurement, which nobody meets again, nor a bad one. */
export function typicalOf(measured: readonly GateNumbers[]): GateNumbers {
  const typical = (of: (numbers: GateNumbers) => number): number => median(measured.map(of));
  return { cycleToFloor: typical((each) => each.cycleToFloor), residentMb: typical((each) => each.residentMb) };
}

/** The best of each: whatever else runs on the machine makes it only worse. */
export function bestOf(measured: readonly GateNumbers[]): GateNumbers {
  const least = (of: (numbers: GateNumbers) => number): number => Math.min(...measured.map(of));
  return { cycleToFloor: least((each) => each.cycleToFloor), residentMb: least((each) => each.residentMb) };
}
