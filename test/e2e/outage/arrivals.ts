import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { OtlpRequest } from '../parts/collector.ts';
import { pointsOf, type ReceivedPoint } from '../parts/points.ts';
import { INTERVAL_MS, STARTED_AT } from './cycles.ts';

/** What became of the points of a number of cycles, each container having the same series in each of them. */
export type Arrivals = {
  readonly series: number;
  readonly points: number;
  /** Points of a cycle that are not there at all. */
  readonly missing: number;
  /** Points that came again, identical in time and value. */
  readonly repeated: number;
  /** Points dated before one that came earlier. */
  readonly disordered: number;
  /** Points whose value is not that of their time, or whose time is that of no cycle. */
  readonly wrong: number;
};

export type Expected = { readonly firstMs: number; readonly cycles: number };

/** Counts, over the files that Collectors wrote one after the other, what cycles-program.ts sent. */
export async function countArrivals(files: readonly string[], { firstMs, cycles }: Expected): Promise<Arrivals> {
  const count = { points: 0, repeated: 0, disordered: 0, wrong: 0 };
  const lastCycles = new Map<string, { last: number; seen: Set<number> }>();
  for await (const point of pointsIn(files)) {
    const cycle = 1 + Math.round((point.timeSeconds * 1000 - firstMs) / INTERVAL_MS);
    if (cycle > cycles) continue;
    const key = seriesOf(point);
    const series = lastCycles.get(key) ?? { last: 0, seen: new Set() };
    lastCycles.set(key, series);
    count.points += 1;
    if (!isRight(point, cycle, firstMs)) count.wrong += 1;
    else if (series.seen.has(cycle)) count.repeated += 1;
    if (cycle < series.last) count.disordered += 1;
    series.seen.add(cycle);
    series.last = cycle;
  }
  const missing = [...lastCycles.values()].reduce((sum, { seen }) => sum + cycles - seen.size, 0);
  return { series: lastCycles.size, missing, ...count };
}

const seriesOf = ({ resource, metric, attributes }: ReceivedPoint): string =>
  `${resource['container.id']} ${metric} ${JSON.stringify(attributes)}`;

/** The CPU time of each mode counts the cycles. */
function isRight({ metric, timeSeconds, value, stale }: ReceivedPoint, cycle: number, firstMs: number): boolean {
  const timeMs = timeSeconds * 1000;
  const isOnTime = Math.abs(timeMs - (firstMs + (cycle - 1) * INTERVAL_MS)) < 1;
  const truth = metric === 'container.cpu.time' ? cycle : (timeMs - Date.parse(STARTED_AT)) / 1000;
  return !stale && isOnTime && Math.abs(value! - truth) < 0.01;
}

/** Line by line: an hour of them does not fit into one string. The last line of a file may be torn. */
async function* pointsIn(files: readonly string[]): AsyncGenerator<ReceivedPoint> {
  for (const file of files)
    for await (const line of createInterface({ input: createReadStream(file) })) yield* pointsOf(parsed(line));
}

function parsed(line: string): OtlpRequest[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
