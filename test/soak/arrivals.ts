import { closeSync, openSync, readSync } from 'node:fs';
import type { OtlpRequest } from '../e2e/parts/collector.ts';
import { pointsOf, type ReceivedPoint } from '../e2e/parts/points.ts';

/** What the agent says of itself at one moment: how many cycles it has made, and what it has given up. */
type SelfReport = { readonly timeSeconds: number; readonly startSeconds: number; readonly cycles: number };

export type ArrivalCounts = {
  readonly points: number;
  readonly series: number;
  /** Came again, identical in time and value. */
  readonly repeated: number;
  /** Cycles that the agent made and whose points never came. */
  readonly missingCycles: number;
  /** Batches that it said it gave up. */
  readonly droppedBatches: number;
  readonly longestWaitSeconds: number;
};

export type Arrivals = {
  /** Looks at what Collectors have written since the last time. */
  follow(files: readonly string[]): void;
  /** The newest time of the container that is always there. */
  newestSeconds(): number;
  counts(): ArrivalCounts;
};

type Series = { lastSeconds: number; lastByStart: Map<number, number>; readonly seen: Map<number, number | undefined> };

const CHUNK_BYTES = 4 * 1024 * 1024;
/** A cycle's points are dated before it is counted. */
const CYCLE_SECONDS = 0.25;
/** Of what was used between two looks of the kernel's files, on a machine that is busy. */
const MOST_WRONG_SECONDS = 2;

export type ArrivalsOptions = {
  /** Of the container that is there in every cycle. */
  readonly anchorId: string;
  readonly anchorCpuSeconds: (unixSeconds: number) => number;
  readonly onViolation: (text: string) => void;
};

/** Checks every point that arrives against those that came before it. */
export function createArrivals({ anchorId, anchorCpuSeconds, onViolation }: ArrivalsOptions): Arrivals {
  const all = new Map<string, Series>();
  const readers = new Map<string, () => Iterable<string>>();
  const anchorTimes = new Set<number>();
  const reports: SelfReport[] = [];
  const dropped = new Map<string, number>();
  let [points, repeated, longestWaitSeconds] = [0, 0, 0];

  function check(point: ReceivedPoint): void {
    const key = keyOf(point);
    const { timeSeconds, startSeconds, value } = point;
    const series = all.get(key) ?? { lastSeconds: 0, lastByStart: new Map(), seen: new Map() };
    all.set(key, series);
    points += 1;
    if (series.seen.has(timeSeconds)) {
      if (series.seen.get(timeSeconds) !== value) onViolation(`${key} at ${timeSeconds} came again with another value`);
      repeated += 1;
      return;
    }
    series.seen.set(timeSeconds, value);
    if (timeSeconds < series.lastSeconds) onViolation(`${key} at ${timeSeconds} came after ${series.lastSeconds}`);
    series.lastSeconds = timeSeconds;
    if (point.isMonotonic && startSeconds > timeSeconds) onViolation(`${key} at ${timeSeconds} starts later`);
    if (point.isMonotonic && value !== undefined) {
      const before = series.lastByStart.get(startSeconds);
      if (before !== undefined && value < before) onViolation(`${key} fell from ${before} to ${value}`);
      series.lastByStart.set(startSeconds, value);
    }
  }

  function note(point: ReceivedPoint): void {
    const { metric, resource, attributes, timeSeconds, startSeconds, value = 0, stale } = point;
    const isAnchorCpu = resource['container.id'] === anchorId && metric === 'container.cpu.time';
    if (isAnchorCpu && attributes['cpu.mode'] === 'user' && !stale) {
      anchorTimes.add(timeSeconds);
      const truth = anchorCpuSeconds(timeSeconds);
      if (Math.abs(value - truth) > MOST_WRONG_SECONDS) onViolation(`${value} s of CPU time, and ${truth} s are true`);
    }
    if (metric === 'plimsoll.outbox.oldest.age') longestWaitSeconds = Math.max(longestWaitSeconds, value);
    if (metric === 'plimsoll.outbox.dropped') dropped.set(`${startSeconds} ${JSON.stringify(attributes)}`, value);
    if (timeSeconds > Date.now() / 1000 + 1) onViolation(`${metric} is of the future`);
  }

  return {
    follow(files) {
      for (const file of files) {
        const read = readers.get(file) ?? createLineReader(file);
        readers.set(file, read);
        for (const line of read()) {
          const request = parsed(line);
          if (request === undefined) continue;
          for (const point of pointsOf([request])) {
            check(point);
            note(point);
          }
          reports.push(...selfReportsOf(request));
        }
      }
    },
    newestSeconds: () => Math.max(0, ...anchorTimes),
    counts: () => ({
      points,
      series: all.size,
      repeated,
      missingCycles: missingCycles(reports, [...anchorTimes]),
      droppedBatches: [...dropped.values()].reduce((sum, value) => sum + value, 0),
      longestWaitSeconds: Math.round(longestWaitSeconds),
    }),
  };
}

const keyOf = ({ resource, metric, attributes }: ReceivedPoint): string =>
  `${resource['container.id'] ?? resource['service.name']} ${metric} ${JSON.stringify(attributes)}`;

/**
 * The histogram of a provider's life counts its cycles. Between its first and its last report as many have to have come; the
 * one that was under way at the first may be counted in either.
 */
function missingCycles(reports: readonly SelfReport[], times: readonly number[]): number {
  let missing = 0;
  for (const life of Map.groupBy(reports, ({ startSeconds }) => startSeconds).values()) {
    const ordered = life.toSorted((a, b) => a.timeSeconds - b.timeSeconds);
    const [first, last] = [ordered[0]!, ordered.at(-1)!];
    const from = first.timeSeconds - CYCLE_SECONDS;
    const came = times.filter((time) => time > from && time <= last.timeSeconds).length;
    missing += Math.max(0, last.cycles - first.cycles - came);
  }
  return missing;
}

function selfReportsOf(request: OtlpRequest): SelfReport[] {
  const metrics = (request.resourceMetrics ?? []).flatMap(({ scopeMetrics = [] }: OtlpRequest) =>
    scopeMetrics.flatMap((scope: OtlpRequest) => scope.metrics ?? []),
  );
  return metrics
    .filter(({ name }: OtlpRequest) => name === 'plimsoll.cycle.duration')
    .flatMap(({ histogram }: OtlpRequest) => histogram?.dataPoints ?? [])
    .filter(({ attributes = [] }: OtlpRequest) =>
      attributes.some(({ value }: OtlpRequest) => value.stringValue === 'total'),
    )
    .map(({ timeUnixNano, startTimeUnixNano, count }: OtlpRequest) => ({
      timeSeconds: Number(timeUnixNano) / 1e9,
      startSeconds: Number(startTimeUnixNano) / 1e9,
      cycles: Number(count),
    }));
}

/** The lines that were finished since it was last called. */
function createLineReader(file: string): () => Iterable<string> {
  let offset = 0;
  let rest = '';
  const decoder = new TextDecoder();
  return function* () {
    const fileDescriptor = openSync(file, 'r');
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    try {
      for (;;) {
        const got = readSync(fileDescriptor, buffer, 0, buffer.length, offset);
        if (got === 0) return;
        offset += got;
        const lines = (rest + decoder.decode(buffer.subarray(0, got), { stream: true })).split('\n');
        rest = lines.pop()!;
        yield* lines;
      }
    } finally {
      closeSync(fileDescriptor);
    }
  };
}

/** A Collector that was killed may have torn its last line, for which it answered nothing. */
function parsed(line: string): OtlpRequest | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
