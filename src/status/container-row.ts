import type { Point } from './points.ts';

/** The newest point of one series, and how fast a counter rose between its last two pushes. */
export type Series = {
  readonly point: Point;
  readonly perSecond?: number;
  /** When it was received, by the receiver's clock. */
  readonly seenAtMs: number;
};

/** What the page shows of one container. What is absent was not pushed, or needs a second push. */
export type ContainerRow = {
  readonly id: string;
  readonly name: string;
  readonly image?: string;
  readonly state?: string;
  readonly cpuCores?: number;
  readonly memoryUsageBytes?: number;
  readonly memoryWorkingSetBytes?: number;
  readonly memoryLimitBytes?: number;
  readonly networkReceiveBytesPerSecond?: number;
  readonly networkTransmitBytesPerSecond?: number;
  readonly processCount?: number;
  readonly uptimeSeconds?: number;
  /** Since the last push that had this container. */
  readonly ageMs: number;
};

type Numbers = Omit<ContainerRow, 'id' | 'name' | 'image' | 'state' | 'ageMs'>;

/** The metrics a row is made of; points of others are not kept. */
export const ROW_METRICS: ReadonlySet<string> = new Set([
  'container.status',
  'container.cpu.usage',
  'container.cpu.time',
  'container.memory.usage',
  'container.memory.working_set',
  'container.memory.limit',
  'container.network.io',
  'container.process.count',
  'container.uptime',
]);

/** Rises less than nothing (a counter that began again) give no rate until the next push. */
export function nextSeries(previous: Series | undefined, point: Point, seenAtMs: number): Series {
  const perSecond = ratePerSecond(previous, point);
  return { point, seenAtMs, ...(perSecond !== undefined && { perSecond }) };
}

function ratePerSecond(previous: Series | undefined, point: Point): number | undefined {
  const value = point.value ?? Number.NaN;
  const before = point.delta
    ? { value: 0, timeMs: point.startMs }
    : { value: previous?.point.value ?? Number.NaN, timeMs: previous?.point.timeMs ?? Number.NaN };
  const rate = ((value - before.value) * 1000) / (point.timeMs - before.timeMs);
  return Number.isFinite(rate) && rate >= 0 ? rate : undefined;
}

/** The state whose point is 1, since every state is pushed each cycle. */
export function currentState(all: Iterable<Series>): string | undefined {
  for (const { point } of all) {
    if (point.metric === 'container.status' && point.value === 1) return point.attributes.get('container.status');
  }
  return undefined;
}

/** The numbers of a row out of the series of its container. Sums over modes, interfaces and process states. */
export function rowNumbers(all: Iterable<Series>): Numbers {
  const values = new Map<string, number>();
  const rates = new Map<string, number>();
  for (const { point, perSecond } of all) {
    add(values, point.metric, point.value);
    add(rates, `${point.metric} ${point.attributes.get('network.io.direction') ?? ''}`.trim(), perSecond);
  }
  return present({
    cpuCores: values.get('container.cpu.usage') ?? rates.get('container.cpu.time'),
    memoryUsageBytes: values.get('container.memory.usage'),
    memoryWorkingSetBytes: values.get('container.memory.working_set'),
    memoryLimitBytes: values.get('container.memory.limit'),
    networkReceiveBytesPerSecond: rates.get('container.network.io receive'),
    networkTransmitBytesPerSecond: rates.get('container.network.io transmit'),
    processCount: values.get('container.process.count'),
    uptimeSeconds: values.get('container.uptime'),
  });
}

function add(sums: Map<string, number>, key: string, amount: number | undefined): void {
  if (amount !== undefined) sums.set(key, (sums.get(key) ?? 0) + amount);
}

/** The sum of numbers of others may be none. */
function present(numbers: { [Key in keyof Numbers]-?: number | undefined }): Numbers {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)));
}
